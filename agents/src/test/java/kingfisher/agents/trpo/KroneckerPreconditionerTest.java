package kingfisher.agents.trpo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import kingfisher.agents.policy.PolicyValueNetwork;
import kingfisher.agents.rollout.NonFiniteException;
import kingfisher.agents.settings.Settings;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.Precision;
import kingfisher.optim.backend.nd4j.Nd4jBackend;
import kingfisher.optim.curvature.FisherOperator;
import kingfisher.optim.curvature.NegativeLogLikelihood;
import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.linear.DampedOperator;
import kingfisher.optim.linear.LinearOperator;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.parallel.Workers;
import kingfisher.optim.solver.ConjugateGradient;
import kingfisher.optim.solver.ConjugateGradientSettings;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** K-FAC as a preconditioner of TRPO's conjugate gradient, in double. */
class KroneckerPreconditionerTest {

    private static final long SEED = 20_261_125;
    private static final double DAMPING = 0.01;
    private static final double BOUND = 0.01;

    private final Backend exact = new Nd4jBackend(Precision.DOUBLE);

    static Stream<Arguments> headsAndKinds() {
        return Stream.of(
                arguments("categorical", "kfac"),
                arguments("multi-categorical", "kfac"),
                arguments("bernoulli", "kfac"),
                arguments("gaussian", "kfac"),
                arguments("categorical", "kfac-block-diagonal"),
                arguments("gaussian", "kfac-block-diagonal"));
    }

    private SmallPolicy policy(String head) {
        return new SmallPolicy(exact, head, SEED);
    }

    private static Settings settings() {
        return SmallPolicy.exactSettings()
                .with("cg-damping", Double.toString(DAMPING), "test")
                .with("cg-tolerance", "1e-8", "test");
    }

    private static KroneckerPreconditioner preconditioner(SmallPolicy policy) {
        return preconditioner(policy, "kfac");
    }

    private static KroneckerPreconditioner preconditioner(SmallPolicy policy, String kind) {
        return new KroneckerPreconditioner(
                settings().with("preconditioner", kind, "test"),
                policy.network,
                policy.distribution,
                SmallPolicy.BATCH,
                new Workers(1));
    }

    @ParameterizedTest
    @MethodSource("headsAndKinds")
    void itIsSymmetricAndPositiveDefinite(String head, String kind) {
        SmallPolicy policy = policy(head);
        LinearOperator inverse = preconditioner(policy, kind).prepare(policy.rollout.observations(), DAMPING);
        int n = inverse.size();
        double[] dense = inverse.toDense();
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                assertThat(dense[i * n + j])
                        .as("seed %d, %d %d", SEED, i, j)
                        .isEqualTo(dense[j * n + i], within(1e-10));
            }
        }
        double[][] rows = new double[n][n];
        for (int i = 0; i < n; i++) {
            System.arraycopy(dense, i * n, rows[i], 0, n);
        }
        // its inverse, the damped matrix, has no diagonal element below the damping
        for (int i = 0; i < n; i++) {
            double[] unit = new double[n];
            unit[i] = 1;
            double[] solution = DenseMatrices.solve(rows, unit);
            assertThat(solution[i])
                    .as("seed %d, diagonal %d of F̂ + λI", SEED, i)
                    .isGreaterThanOrEqualTo(DAMPING - 1e-9);
        }
    }

    @ParameterizedTest
    @MethodSource("headsAndKinds")
    void itChangesTheWayToTheSolutionOnly(String head, String kind) {
        SmallPolicy plain = policy(head);
        SearchOutcome expected = plain.search(settings()).run(0, 1, BOUND);
        SmallPolicy policy = policy(head);
        SearchOutcome outcome =
                policy.search(settings(), preconditioner(policy, kind)).run(0, 1, BOUND);
        assertThat(outcome.cgResidual()).as("seed %d", SEED).isLessThan(1e-7);
        assertThat(outcome.cgResidual()).as("another way, seed %d", SEED).isNotEqualTo(expected.cgResidual());
        assertThat(policy.parameters()).as("seed %d", SEED).containsExactly(plain.parameters(), within(1e-6));
    }

    /** Without hidden layers the Fisher matrix of a Gaussian policy is a Kronecker product, however ill its inputs are scaled. */
    @Test
    void whereTheFisherMatrixIsAKroneckerProductSomeIterationsSolve() {
        int batch = 64;
        int size = 12;
        UniformRandomProvider random = RandomSource.L64_X128_MIX.create(SEED);
        DiagonalGaussian distribution = DiagonalGaussian.of(2);
        PolicyValueNetwork network = PolicyValueNetwork.policy(exact, size, List.of(), Activation.TANH, distribution);
        double[] numbers = new double[batch * size];
        Arrays.setAll(numbers, i -> random.nextDouble(-1, 1) * Math.pow(3, i % size - size / 2.0));
        Matrix observations = exact.allocate(batch, size);
        exact.upload(numbers, observations);
        NetworkModel model = network.model(batch, new Workers(1));
        model.forward(observations);
        LinearOperator damped = new DampedOperator(
                new FisherOperator(model, List.of(new NegativeLogLikelihood(distribution).weighted(1))), 1e-6);
        double[] gradient = new double[damped.size()];
        Arrays.setAll(gradient, i -> random.nextDouble(-1, 1));
        Settings settings =
                settings().with("preconditioner-damping", "1", "test").with("cg-damping", "1e-6", "test");
        LinearOperator inverse = new KroneckerPreconditioner(settings, network, distribution, batch, new Workers(1))
                .prepare(observations, 1e-6);
        ConjugateGradient solver = new ConjugateGradient(damped.size(), ConjugateGradientSettings.exact(500, 1e-6));
        int without = solver.solve(damped, gradient, new double[damped.size()]).iterations();
        int with = solver.solve(damped, inverse, gradient, new double[damped.size()])
                .iterations();
        assertThat(with).as("seed %d, %d without", SEED, without).isLessThanOrEqualTo(without / 2);
    }

    @Test
    void restoredItGoesOnWithTheSameBits() {
        SmallPolicy policy = policy("gaussian");
        KroneckerPreconditioner first = preconditioner(policy);
        first.prepare(policy.rollout.observations(), DAMPING);
        KroneckerPreconditioner second = preconditioner(policy);
        second.restore(first.state());
        exact.scale(0.5, policy.rollout.observations());
        double[] expected =
                first.prepare(policy.rollout.observations(), DAMPING).toDense();
        assertThat(Arrays.equals(
                        second.prepare(policy.rollout.observations(), DAMPING).toDense(), expected))
                .as("seed %d", SEED)
                .isTrue();
        KroneckerPreconditioner fresh = preconditioner(policy);
        assertThat(Arrays.equals(
                        fresh.prepare(policy.rollout.observations(), DAMPING).toDense(), expected))
                .as("what was there before counts, seed %d", SEED)
                .isFalse();
    }

    @Test
    void observationsThatAreNotFiniteStopItWithTheLayersName() {
        SmallPolicy policy = policy("gaussian");
        exact.fill(policy.rollout.observations(), Double.NaN);
        assertThatThrownBy(() -> preconditioner(policy).prepare(policy.rollout.observations(), DAMPING))
                .isInstanceOf(NonFiniteException.class)
                .hasMessageStartingWith("the policy's preconditioner: ")
                .hasMessageEndingWith("a larger cg-damping or preconditioner=none may keep it on its way");
    }
}
