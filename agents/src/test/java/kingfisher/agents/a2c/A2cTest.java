package kingfisher.agents.a2c;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import kingfisher.agents.policy.ActorCritic;
import kingfisher.agents.policy.ActorCritics;
import kingfisher.agents.policy.NetworkPass;
import kingfisher.agents.policy.PolicyValueNetwork;
import kingfisher.agents.rollout.NonFiniteException;
import kingfisher.agents.rollout.Rollout;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Precision;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.backend.nd4j.Nd4jBackend;
import kingfisher.optim.distribution.Categorical;
import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.distribution.Distribution;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.parallel.Workers;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One step over a rollout: down the gradient of the written-out objective, clipped over all parameters together. */
class A2cTest {

    private static final int INPUTS = 3;
    private static final double RATE = 0.25;
    private static final double ENTROPY = 0.3;
    private static final double VALUE = 0.7;
    private static final double DIFFERENCE = 1e-5;
    private static final long SEED = 12;

    private final UniformRandomProvider random = RandomSource.L64_X128_MIX.create(SEED);

    /** Plain descent with rate r moves the parameters by -r times the gradient, which central differences give. */
    @ParameterizedTest
    @CsvSource({
        "false,false,none,none",
        "false,true,none,batch",
        "true,false,none,batch",
        "true,true,none,none",
        "false,true,0.1,none",
        "true,false,0.1,batch"
    })
    void theStepIsDownTheGradientOfTheObjective(boolean shared, boolean gaussian, String norm, String normalization) {
        Backend backend = new Nd4jBackend(Precision.DOUBLE);
        Settings settings = settings(5, "4")
                .with("shared-network", Boolean.toString(shared), "test")
                .with("max-gradient-norm", norm, "test")
                .with("normalize-advantages", normalization, "test");
        Distribution distribution = gaussian ? DiagonalGaussian.of(2) : Categorical.of(3);
        ActorCritic actorCritic = actorCritic(settings, distribution, backend);
        Rollout rollout = rollout(backend, 5, actorCritic);
        double[] before = parameters(actorCritic);
        double[] gradient = new double[before.length];
        try (Workers workers = new Workers(2)) {
            A2c a2c = new A2c(settings, actorCritic, rollout, workers);
            Map<String, Double> metrics = a2c.update(0);
            double[] after = parameters(actorCritic);
            double squares = 0;
            for (int i = 0; i < before.length; i++) {
                double value = before[i];
                before[i] = value + DIFFERENCE;
                double above = objective(actorCritic, before, rollout, normalization);
                before[i] = value - DIFFERENCE;
                double below = objective(actorCritic, before, rollout, normalization);
                before[i] = value;
                gradient[i] = (above - below) / (2 * DIFFERENCE);
                squares += gradient[i] * gradient[i];
            }
            double factor = norm.equals("none") ? 1 : Math.min(1, Double.parseDouble(norm) / Math.sqrt(squares));
            assertThat(metrics.get("train/gradient_norm")).isCloseTo(Math.sqrt(squares), within(1e-6));
            for (int i = 0; i < before.length; i++) {
                assertThat(after[i] - before[i])
                        .as("seed %d, parameter %d", SEED, i)
                        .isCloseTo(-RATE * factor * gradient[i], within(1e-7));
            }
        }
    }

    /** Mean of -A log π - c_e H + c_v (v - R)² at the given parameters, with the rollout's advantages and returns. */
    private static double objective(
            ActorCritic actorCritic, double[] parameters, Rollout rollout, String normalization) {
        setParameters(actorCritic, parameters);
        int size = rollout.size();
        NetworkPass policy = actorCritic.policy().pass(size);
        policy.forward(rollout.observations());
        NetworkPass value = actorCritic.value().pass(size);
        value.forward(rollout.observations());
        double[] logProbability = new double[size];
        double[] entropy = new double[size];
        Distribution distribution = actorCritic.distribution();
        distribution.logProbability(size, policy.distributionParameters(), rollout.actions(), logProbability);
        distribution.entropy(size, policy.distributionParameters(), entropy);
        double mean = 0;
        for (double advantage : rollout.advantages()) {
            mean += advantage / size;
        }
        double variance = 0;
        for (double advantage : rollout.advantages()) {
            variance += (advantage - mean) * (advantage - mean) / (size - 1);
        }
        double sum = 0;
        for (int b = 0; b < size; b++) {
            double advantage = rollout.advantages()[b];
            if (normalization.equals("batch")) {
                advantage = (advantage - mean) / (Math.sqrt(variance) + 1e-8);
            }
            double error = value.values()[b] - rollout.returns()[b];
            sum += -advantage * logProbability[b] - ENTROPY * entropy[b] + VALUE * error * error;
        }
        return sum / size;
    }

    /** With λ = 1 the return of each step is the n-step return of A3C: rewards up to the end, then the last value. */
    @Test
    void withoutDecayReturnsAreThoseOfAsManyStepsAsThereAre() {
        Backend backend = new CpuBackend();
        Settings settings = settings(4, "4").with("gae-lambda", "1", "test");
        ActorCritic actorCritic = actorCritic(settings, Categorical.of(3), backend);
        Rollout rollout = rollout(backend, 4, actorCritic);
        try (Workers workers = new Workers(1)) {
            new A2c(settings, actorCritic, rollout, workers).update(0);
        }
        for (int n = 0; n < rollout.environments(); n++) {
            double expected = rollout.nextValues()[3 * rollout.environments() + n];
            for (int t = 3; t >= 0; t--) {
                int i = t * rollout.environments() + n;
                double following = rollout.ended()[i] ? rollout.nextValues()[i] : expected;
                expected = rollout.rewards()[i] + rollout.discounts()[i] * following;
                assertThat(rollout.returns()[i]).isCloseTo(expected, within(1e-12));
            }
        }
    }

    @Test
    void theLearningRateFallsToZero() {
        Backend backend = new CpuBackend();
        Settings settings = settings(4, "4").with("learning-rate-schedule", "linear", "test");
        ActorCritic actorCritic = actorCritic(settings, Categorical.of(3), backend);
        Rollout rollout = rollout(backend, 4, actorCritic);
        double[] before = parameters(actorCritic);
        try (Workers workers = new Workers(1)) {
            A2c a2c = new A2c(settings, actorCritic, rollout, workers);
            assertThat(a2c.update(0.75).get("train/learning_rate")).isEqualTo(RATE / 4);
            double[] between = parameters(actorCritic);
            assertThat(between).isNotEqualTo(before);
            assertThat(a2c.update(1).get("train/learning_rate")).isZero();
            assertThat(parameters(actorCritic)).isEqualTo(between);
        }
    }

    @Test
    void aGradientThatIsNoNumberIsRefusedBeforeTheStep() {
        Backend backend = new CpuBackend();
        Settings settings = settings(4, "4");
        ActorCritic actorCritic = actorCritic(settings, Categorical.of(3), backend);
        Rollout rollout = rollout(backend, 4, actorCritic);
        rollout.rewards()[2] = Double.NaN;
        double[] before = parameters(actorCritic);
        try (Workers workers = new Workers(1)) {
            A2c a2c = new A2c(settings, actorCritic, rollout, workers);
            assertThatThrownBy(() -> a2c.update(0))
                    .isInstanceOf(NonFiniteException.class)
                    .hasMessage("the squared gradient norm of the policy network is NaN: learning diverged; a smaller"
                            + " learning-rate or max-gradient-norm may keep it on its way");
        }
        assertThat(parameters(actorCritic)).isEqualTo(before);
    }

    @Test
    void whatAnUpdateAllocatesDoesNotGrowWithItsWork() {
        long little = bytesOfAnUpdate(2, "8");
        long much = bytesOfAnUpdate(512, "64,64");
        assertThat(much - little)
                .as("bytes (%d with 8 samples and 8 units, %d with 2048 and 64-64)", little, much)
                .isLessThan(256);
    }

    private long bytesOfAnUpdate(int steps, String hidden) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Backend backend = new CpuBackend();
        Settings settings =
                settings(steps, hidden).with("optimizer", "rmsprop", "test").with("learning-rate", "1e-6", "test");
        ActorCritic actorCritic = actorCritic(settings, DiagonalGaussian.of(2), backend);
        Rollout rollout = rollout(backend, steps, actorCritic);
        long least = Long.MAX_VALUE;
        try (Workers workers = new Workers(1)) {
            A2c a2c = new A2c(settings, actorCritic, rollout, workers);
            for (int i = 0; i < 100; i++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                a2c.update(0);
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
        }
        return least;
    }

    private static Settings settings(int steps, String hidden) {
        return AlgorithmSettings.find("a2c")
                .defaults()
                .with("environments", "4", "test")
                .with("rollout-steps", Integer.toString(steps), "test")
                .with("hidden", hidden, "test")
                .with("gae-lambda", "0.9", "test")
                .with("optimizer", "sgd", "test")
                .with("learning-rate", Double.toString(RATE), "test")
                .with("max-gradient-norm", "none", "test")
                .with("entropy-coefficient", Double.toString(ENTROPY), "test")
                .with("value-coefficient", Double.toString(VALUE), "test");
    }

    private ActorCritic actorCritic(Settings settings, Distribution distribution, Backend backend) {
        ActorCritic actorCritic = ActorCritics.create(settings, INPUTS, distribution, backend);
        ActorCritics.initialize(actorCritic, settings.with("policy-output-gain", "1", "test"), random);
        return actorCritic;
    }

    private Rollout rollout(Backend backend, int steps, ActorCritic actorCritic) {
        Distribution distribution = actorCritic.distribution();
        Rollout rollout =
                new Rollout(backend, steps, 4, INPUTS, distribution.actionSize(), distribution.parameterSize());
        int size = rollout.size();
        backend.upload(random.doubles((long) size * INPUTS, -1, 1).toArray(), rollout.observations());
        NetworkPass policy = actorCritic.policy().pass(size);
        policy.forward(rollout.observations());
        distribution.sample(size, policy.distributionParameters(), random, rollout.actions());
        distribution.logProbability(
                size, policy.distributionParameters(), rollout.actions(), rollout.logProbabilities());
        for (int i = 0; i < size; i++) {
            rollout.rewards()[i] = random.nextDouble(-1, 1);
            rollout.values()[i] = random.nextDouble(-1, 1);
            rollout.nextValues()[i] = random.nextDouble(-1, 1);
            rollout.ended()[i] = random.nextInt(4) == 0;
            rollout.discounts()[i] = rollout.ended()[i] && random.nextBoolean() ? 0 : 0.9;
        }
        for (int i = 0; i < size - 4; i++) {
            if (!rollout.ended()[i]) {
                rollout.nextValues()[i] = rollout.values()[i + 4];
            }
        }
        return rollout;
    }

    private static double[] parameters(ActorCritic actorCritic) {
        List<Double> all = new ArrayList<>();
        for (PolicyValueNetwork network : actorCritic.networks()) {
            ParameterVector vector = network.parameters();
            double[] values = new double[vector.layout().size()];
            vector.backend().download(vector.values(), values);
            for (double value : values) {
                all.add(value);
            }
        }
        return all.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static void setParameters(ActorCritic actorCritic, double[] all) {
        int offset = 0;
        for (PolicyValueNetwork network : actorCritic.networks()) {
            ParameterVector vector = network.parameters();
            double[] values = new double[vector.layout().size()];
            System.arraycopy(all, offset, values, 0, values.length);
            vector.backend().upload(values, vector.values());
            offset += values.length;
        }
    }
}
