package kingfisher.agents.trpo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import kingfisher.agents.policy.PolicyValueNetwork;
import kingfisher.agents.rollout.Rollout;
import kingfisher.agents.settings.DivergenceDirection;
import kingfisher.agents.settings.Settings;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.curvature.FisherOperator;
import kingfisher.optim.curvature.NegativeLogLikelihood;
import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.distribution.Distribution;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.parallel.Workers;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Passes that are cut into parts give what they give in one piece, and the same bits on any number of threads. */
class PassesTest {

    private static final int ROWS = 6403; // 16 parts of two blocks

    private final Backend backend = new CpuBackend();
    private final UniformRandomProvider random = RandomSource.L64_X128_MIX.create(7L);
    private final Distribution distribution = DiagonalGaussian.of(2);
    private final PolicyValueNetwork network =
            PolicyValueNetwork.policy(backend, 3, List.of(8), Activation.TANH, distribution);

    private double[] noise(int size) {
        return random.doubles().limit(size).map(value -> 2 * value - 1).toArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 255, 511, 512, 1023, 2051, 4096, 20_000, 100_003})
    void everySampleIsInOneBlock(int rows) {
        Pieces parts = Passes.parts(backend, rows);
        assertThat(parts.count()).isBetween(1, 16);
        int next = 0;
        for (int p = 0; p < parts.count(); p++) {
            Pieces blocks = Passes.blocks(backend, parts, p);
            for (int b = 0; b < blocks.count(); b++) {
                assertThat(blocks.first(b)).isEqualTo(next);
                assertThat(blocks.size(b)).isBetween(Math.min(rows, 192), Math.min(blocks.size(0), 383));
                next += blocks.size(b);
            }
        }
        assertThat(next).isEqualTo(rows);
    }

    @Test
    void theSliceIsRunOnceBesideEachPass() {
        AtomicInteger slices = new AtomicInteger();
        AtomicInteger parts = new AtomicInteger();
        try (Workers workers = new Workers(2)) {
            Passes passes = new Passes(workers, slices::incrementAndGet);
            Runnable[] pass = passes.of(5, part -> parts.addAndGet(1 << part));
            passes.run(pass);
            assertThat(parts).hasValue(31);
            passes.run(pass);
        }
        assertThat(slices).hasValue(2);
    }

    @Test
    void partsAddUpToTheWhole() {
        Rollout rollout = new Rollout(backend, ROWS, 1, 3, distribution.actionSize(), distribution.parameterSize());
        backend.upload(noise(ROWS * 3), rollout.observations());
        System.arraycopy(noise(ROWS * 2), 0, rollout.actions(), 0, ROWS * 2);
        System.arraycopy(noise(ROWS), 0, rollout.advantages(), 0, ROWS);
        int size = network.parameters().layout().size();
        backend.upload(noise(size), network.parameters().values());
        double[] vector = noise(size);

        NetworkModel whole = network.model(ROWS);
        whole.forward(rollout.observations());
        double[] product = new double[size];
        new FisherOperator(whole, List.of(new NegativeLogLikelihood(distribution).weighted(1))).apply(vector, product);
        double[] weights = rollout.advantages().clone();
        int counted = 0;
        for (int i = 0; i < ROWS; i++) {
            weights[i] = i % 3 == 0 ? weights[i] : 0;
            counted += i % 3 == 0 ? 1 : 0;
        }
        distribution.addLogProbabilityGradient(
                ROWS, whole.outputs(0), rollout.actions(), weights, whole.outputGradients(0));
        ParameterVector wholeGradient = network.parameters().zerosLike();
        whole.backward(1.0 / counted, wholeGradient);
        double[] gradient = new double[size];
        backend.download(wholeGradient.values(), gradient);

        double[][] products = new double[2][size];
        double[][] gradients = new double[2][size];
        for (int threads = 1; threads <= 2; threads++) {
            try (Workers workers = new Workers(threads)) {
                Passes passes = new Passes(workers, () -> {});
                PolicyObjective objective =
                        new PolicyObjective(passes, rollout, network, distribution, DivergenceDirection.OLD_NEW, 3);
                backend.download(objective.begin(0, 1).values(), gradients[threads - 1]);
                new FisherMatrix(passes, objective.models(), distribution).apply(vector, products[threads - 1]);
                objective.evaluate();
                assertThat(objective.divergence()).isZero();
                assertThat(objective.improvement()).isZero();
            }
        }
        assertThat(products[1]).isEqualTo(products[0]).containsExactly(product, within(1e-5));
        assertThat(gradients[1]).isEqualTo(gradients[0]).containsExactly(gradient, within(1e-6));
    }

    /** Each observation comes twice, so half of them have the same Fisher matrix as all. */
    @Test
    void aSampleOfTheFisherMatrixIsCutLikeTheWhole() {
        int rows = 2 * ROWS;
        Rollout rollout = new Rollout(backend, rows, 1, 3, distribution.actionSize(), distribution.parameterSize());
        double[] observations = noise(rows * 3);
        for (int i = 1; i < rows; i += 2) {
            System.arraycopy(observations, 3 * i - 3, observations, 3 * i, 3);
        }
        backend.upload(observations, rollout.observations());
        System.arraycopy(noise(rows * 2), 0, rollout.actions(), 0, rows * 2);
        System.arraycopy(noise(rows), 0, rollout.advantages(), 0, rows);
        int size = network.parameters().layout().size();
        double[] start = noise(size);
        double[][] ends = new double[2][size];
        for (int every = 1; every <= 2; every++) {
            backend.upload(start, network.parameters().values());
            Settings settings = SmallPolicy.exactSettings()
                    .with("cg-iterations", "10", "test")
                    .with("cg-damping", "0.1", "test")
                    .with("fisher-subsample", Integer.toString(every), "test");
            try (Workers workers = new Workers(2)) {
                Passes passes = new Passes(workers, () -> {});
                new TrustRegionSearch(settings, rollout, network, distribution, null, passes).run(0, 1, 0.01);
            }
            backend.download(network.parameters().values(), ends[every - 1]);
            assertThat(DenseMatrices.norm(DenseMatrices.difference(ends[every - 1], 1, start)))
                    .isGreaterThan(0.01);
        }
        assertThat(ends[1]).containsExactly(ends[0], within(1e-4));
    }
}
