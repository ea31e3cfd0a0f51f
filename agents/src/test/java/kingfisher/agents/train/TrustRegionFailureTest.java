package kingfisher.agents.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import kingfisher.agents.policy.PolicyValueNetwork;
import kingfisher.agents.run.Checkpoint;
import kingfisher.agents.run.CheckpointFolder;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.ElementType;
import kingfisher.envs.Environment;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.TimeStep;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong in a trust region has the outcome that the README states, and nothing that is saved is poisoned by it. */
class TrustRegionFailureTest {

    private static final long SEED = 23;
    private static final int ITERATIONS = 12;

    private final Backend backend = new CpuBackend();

    /**
     * What is rewarded is to stand still, so a step makes the deviation smaller: by e^100 at a bound of 1e4, where the
     * divergence is e^200, and less, but far too much, at all lengths that are tried.
     */
    @Test
    void manyRejectionsInARowLeaveThePolicyAndAreCountedOnAfterABreak(@TempDir Path folder) {
        TrainingPlan plan = plan(
                EnvironmentSource.of("Signals", () -> new Signals(1, 1, 1)),
                "max-kl=1e4",
                "cg-damping=1",
                "line-search-steps=4");
        CheckpointFolder checkpoint = new CheckpointFolder(folder.resolve("checkpoint"));
        double[] policy;
        try (TrainingSession session = TrainingSession.start(plan, backend, 2)) {
            policy = parameters(session.agent().actorCritic().policy());
            for (int i = 1; i <= ITERATIONS; i++) {
                double[] value = parameters(session.agent().actorCritic().value());
                assertRejected(session.iterate(), i);
                assertThat(parameters(session.agent().actorCritic().policy())).isEqualTo(policy);
                assertThat(parameters(session.agent().actorCritic().value())).isNotEqualTo(value);
            }
            assertThat(session.isConsistent()).isTrue();
            checkpoint.write(session.save());
        }
        Checkpoint saved = checkpoint.read();
        assertFinite(saved);
        try (TrainingSession resumed = TrainingSession.resume(plan, backend, 1, saved)) {
            assertThat(parameters(resumed.agent().actorCritic().policy())).isEqualTo(policy);
            assertRejected(resumed.iterate(), ITERATIONS + 1);
        }
    }

    private static void assertRejected(Map<String, Double> metrics, double inARow) {
        assertThat(metrics)
                .as("seed %d", SEED)
                .containsEntry("train/line_search_accepted", 0.0)
                .containsEntry("train/line_search_rejections_in_a_row", inARow)
                .containsEntry("train/step_fraction", 0.0)
                .containsEntry("train/improvement", 0.0)
                .containsEntry("train/kl", 0.0);
        assertThat(metrics.get("train/gradient_norm")).isPositive();
        assertThat(metrics.get("train/predicted_kl")).isPositive();
        assertThat(metrics.values()).allMatch(Double::isFinite);
    }

    @Test
    void withoutALineSearchAFiniteDivergenceBeyondTheBoundIsTakenAndShown() {
        TrainingPlan plan =
                plan(EnvironmentSource.registered("Pendulum-v1", Map.of()), "max-kl=1", "line-search-steps=0");
        double largest = 0;
        try (TrainingSession session = TrainingSession.start(plan, backend, 1)) {
            for (int i = 0; i < ITERATIONS; i++) {
                Map<String, Double> metrics = session.iterate();
                assertThat(metrics).containsEntry("train/step_fraction", 1.0);
                assertThat(metrics.values()).as("seed %d", SEED).allMatch(Double::isFinite);
                largest = Math.max(largest, metrics.getOrDefault("train/kl", Double.NaN));
            }
            assertFinite(session.save());
        }
        assertThat(largest).as("seed %d", SEED).isGreaterThan(1.1);
    }

    /** Without a discount and with one observation, the advantages are the reward less one value. */
    @Test
    void withoutAGradientThePolicyStaysAndTheValueNetworkLearnsOn() {
        EnvironmentSource still = EnvironmentSource.of("Still", () -> new Signals(0, 0.5, 0.5));
        try (TrainingSession session = TrainingSession.start(plan(still, "discount=0"), backend, 2)) {
            double[] policy = parameters(session.agent().actorCritic().policy());
            double firstLoss = Double.NaN;
            double lastLoss = Double.NaN;
            for (int i = 1; i <= ITERATIONS; i++) {
                Map<String, Double> metrics = session.iterate();
                assertThat(metrics)
                        .as("seed %d", SEED)
                        .containsEntry("train/gradient_norm", 0.0)
                        .containsEntry("train/cg_iterations", 0.0)
                        .containsEntry("train/line_search_accepted", 0.0)
                        .containsEntry("train/line_search_rejections_in_a_row", (double) i)
                        .containsEntry("train/kl", 0.0);
                lastLoss = metrics.getOrDefault("train/value_loss", Double.NaN);
                firstLoss = i == 1 ? lastLoss : firstLoss;
                assertThat(parameters(session.agent().actorCritic().policy())).isEqualTo(policy);
            }
            assertThat(lastLoss).as("seed %d", SEED).isLessThan(firstLoss / 10);
            assertFinite(session.save());
        }
    }

    /** Signals of 1e3 beside ones of 1e-4, and no damping. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void anIllConditionedFisherMatrixKeepsTheBound(long seed) {
        EnvironmentSource wild = EnvironmentSource.of("Wild", () -> new Signals(seed, 1e3, 1, 1e-4));
        TrainingPlan plan = plan(wild, "cg-damping=0", "max-kl=0.01", "cg-iterations=30");
        try (TrainingSession session = TrainingSession.start(plan, backend, 2)) {
            for (int i = 0; i < ITERATIONS; i++) {
                Map<String, Double> metrics = session.iterate();
                assertThat(metrics.get("train/kl")).as("seed %d", seed).isBetween(0.0, 0.01);
                assertThat(metrics.get("train/improvement")).as("seed %d", seed).isNotNegative();
                assertThat(metrics.get("train/cg_residual")).as("seed %d", seed).isFinite();
            }
            assertFinite(session.save());
        }
    }

    private static TrainingPlan plan(EnvironmentSource source, String... assignments) {
        Settings settings = AlgorithmSettings.find("trpo")
                .defaults()
                .with("environments", "4", "test")
                .with("rollout-steps", "64", "test")
                .with("critic-minibatch-size", "64", "test")
                .with("steps", "15360", "test")
                .with("hidden", "16,16", "test");
        for (String assignment : assignments) {
            String[] parts = assignment.split("=", -1);
            settings = settings.with(parts[0], parts[1], "test");
        }
        return new TrainingPlan("trpo", settings, source, SEED);
    }

    private double[] parameters(PolicyValueNetwork network) {
        double[] values = new double[network.parameters().layout().size()];
        backend.download(network.parameters().values(), values);
        return values;
    }

    private static void assertFinite(Checkpoint checkpoint) {
        checkpoint
                .tensors()
                .forEach((name, tensor) -> assertThat(tensor.numbers()).as(name).allMatch(Double::isFinite));
    }

    /** Random signals of given sizes, or for seed 0 these numbers for ever. A moved action costs more than they bring. */
    private static final class Signals implements Environment {

        private final double[] sizes;
        private final boolean still;
        private final Random random;

        Signals(long seed, double... sizes) {
            this.sizes = sizes;
            this.still = seed == 0;
            this.random = new Random(seed);
        }

        @Override
        public EnvironmentSpecification specification() {
            return new EnvironmentSpecification(
                    "Signals",
                    BoxSpace.uniform(
                            sizes.length, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, ElementType.FLOAT32),
                    BoxSpace.uniform(1, -1, 1, ElementType.FLOAT32),
                    OptionalInt.of(1000),
                    OptionalDouble.empty());
        }

        @Override
        public double[] reset(long seed) {
            return reset();
        }

        @Override
        public double[] reset() {
            double[] observation = sizes.clone();
            for (int i = 0; i < sizes.length && !still; i++) {
                observation[i] = sizes[i] * random.nextGaussian();
            }
            return observation;
        }

        @Override
        public TimeStep step(double[] action) {
            double[] observation = reset();
            double cost = still ? 0 : action[0] * action[0] * sizes[0];
            return new TimeStep(observation, observation[0] - 10 * cost, false, false);
        }
    }
}
