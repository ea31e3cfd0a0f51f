package kingfisher.agents.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import kingfisher.agents.policy.Agent;
import kingfisher.agents.rollout.NonFiniteException;
import kingfisher.agents.run.Checkpoint;
import kingfisher.agents.run.CheckpointFolder;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.envs.remote.ConnectionOptions;
import kingfisher.envs.remote.EnvironmentOpener;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A training goes through the same states bit by bit, whatever the number of threads, stopped and resumed or not. */
class TrainingSessionTest {

    private static final int ITERATIONS = 7;
    private static final long SEED = 17;

    private final Backend backend = new CpuBackend();
    private final EnvironmentOpener opener = new EnvironmentOpener(ConnectionOptions.DEFAULT);

    @ParameterizedTest
    @CsvSource({"CartPole-v1,false", "CartPole-v1,true", "Pendulum-v1,false", "MountainCarContinuous-v0,true"})
    void oneThreadAndTwoGiveTheSameBits(String environment, boolean shared) {
        TrainingPlan plan = plan(environment, shared);
        try (TrainingSession one = TrainingSession.start(plan, backend, 1);
                TrainingSession two = TrainingSession.start(plan, backend, 2)) {
            for (int i = 0; i < ITERATIONS; i++) {
                assertThat(one.iterate()).as("seed %d, iteration %d", SEED, i).isEqualTo(two.iterate());
            }
            assertThat(parameters(one)).isEqualTo(parameters(two));
        }
    }

    @ParameterizedTest
    @CsvSource({"CartPole-v1,adam", "Pendulum-v1,rmsprop", "Acrobot-v1,sgd"})
    void resumedAfterAnyIterationItContinuesWithTheSameBits(
            String environment, String optimizer, @TempDir Path folder) {
        TrainingPlan base = plan(environment, false);
        TrainingPlan plan = base.with(base.settings()
                .with("optimizer", optimizer, "test")
                .with("momentum", "0.9", "test")
                .with("proximity", "adaptive-kl", "test")
                .with("learning-rate-schedule", "linear", "test"));
        List<Map<String, Double>> metrics = new ArrayList<>();
        List<Double> returns = new ArrayList<>();
        CheckpointFolder[] checkpoints = new CheckpointFolder[ITERATIONS];
        double[] last;
        try (TrainingSession whole = TrainingSession.start(plan, backend, 2)) {
            for (int i = 0; i < ITERATIONS; i++) {
                checkpoints[i] = new CheckpointFolder(folder.resolve("after" + i));
                checkpoints[i].write(whole.save());
                metrics.add(whole.iterate());
                returns.add(whole.statistics().meanReturn());
            }
            last = parameters(whole);
        }
        for (int start = 0; start < ITERATIONS; start++) {
            Checkpoint checkpoint = checkpoints[start].read();
            try (TrainingSession resumed =
                    TrainingSession.resume(TrainingPlan.of(checkpoint, opener), backend, 1, checkpoint)) {
                for (int i = start; i < ITERATIONS; i++) {
                    assertThat(resumed.iterate())
                            .as("seed %d, resumed at %d, iteration %d", SEED, start, i)
                            .isEqualTo(metrics.get(i));
                    assertThat(resumed.statistics().meanReturn()).isEqualTo(returns.get(i));
                }
                assertThat(parameters(resumed)).isEqualTo(last);
                assertThat(resumed.resumesExactly()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"CartPole-v1", "Pendulum-v1"})
    void twoGroupsGoThroughTheSameStatesOnAnyThreadsAndAfterAnyBreak(String environment, @TempDir Path folder) {
        TrainingPlan base = plan(environment, false);
        TrainingPlan plan = base.with(base.settings().with("environment-groups", "2", "test"));
        List<Map<String, Double>> metrics = new ArrayList<>();
        CheckpointFolder middle = new CheckpointFolder(folder);
        try (TrainingSession one = TrainingSession.start(plan, backend, 1);
                TrainingSession two = TrainingSession.start(plan, backend, 2);
                TrainingSession ungrouped = TrainingSession.start(base, backend, 1)) {
            for (int i = 0; i < ITERATIONS; i++) {
                if (i == 3) {
                    middle.write(one.save());
                }
                metrics.add(one.iterate());
                assertThat(two.iterate()).as("seed %d, iteration %d", SEED, i).isEqualTo(metrics.get(i));
                assertThat(ungrouped.iterate()).isNotEqualTo(metrics.get(i));
            }
            assertThat(parameters(two)).isEqualTo(parameters(one));
            Checkpoint checkpoint = middle.read();
            try (TrainingSession resumed =
                    TrainingSession.resume(TrainingPlan.of(checkpoint, opener), backend, 2, checkpoint)) {
                for (int i = 3; i < ITERATIONS; i++) {
                    assertThat(resumed.iterate()).isEqualTo(metrics.get(i));
                }
                assertThat(parameters(resumed)).isEqualTo(parameters(one));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"clip", "kl", "adaptive-kl", "none"})
    void everyProximityLearnsToBalanceBetterThanChance(String proximity) {
        TrainingPlan base = plan("CartPole-v1", false);
        TrainingPlan plan = base.with(base.settings()
                .with("proximity", proximity, "test")
                .with("weight-proximity", proximity.equals("kl") ? "0.001" : "0", "test")
                .with("kl-coefficient", "3", "test"));
        try (TrainingSession session = TrainingSession.start(plan, backend, 2)) {
            for (int i = 0; i < 60; i++) {
                session.iterate();
            }
            assertThat(session.statistics().meanReturn()).as("seed %d", SEED).isGreaterThan(80);
        }
    }

    @ParameterizedTest
    @CsvSource({"1e30,sgd", "1e38,adam", "1e38,rmsprop"})
    void aDivergingRunStopsBeforeItsParametersCanBeKept(String learningRate, String optimizer) {
        TrainingPlan base = plan("Pendulum-v1", false);
        TrainingPlan plan = base.with(base.settings()
                .with("learning-rate", learningRate, "test")
                .with("max-gradient-norm", "none", "test")
                .with("optimizer", optimizer, "test"));
        try (TrainingSession session = TrainingSession.start(plan, backend, 2)) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < ITERATIONS; i++) {
                            session.iterate();
                            assertThat(parameters(session)).doesNotContain(Double.NaN, Double.POSITIVE_INFINITY);
                        }
                    })
                    .isInstanceOf(NonFiniteException.class)
                    .hasMessageMatching(
                            "the squared .* of the .*(policy|value) network is (NaN|Infinity): learning diverged;"
                                    + " a smaller learning-rate or max-gradient-norm may keep it on its way");
        }
    }

    @Test
    void differentSeedsGoDifferentWays() {
        TrainingPlan plan = plan("CartPole-v1", false);
        TrainingPlan other = new TrainingPlan(plan.algorithm(), plan.settings(), plan.environments(), SEED + 1);
        try (TrainingSession one = TrainingSession.start(plan, backend, 1);
                TrainingSession two = TrainingSession.start(other, backend, 1)) {
            assertThat(one.iterate()).isNotEqualTo(two.iterate());
        }
    }

    @ParameterizedTest
    @CsvSource({"CartPole-v1,1,64", "Pendulum-v1,3,64", "CartPole-v1,1,512", "Pendulum-v1,2,512"})
    void trustRegionsAreTheSameOnAnyThreadsAndAfterAnyBreak(
            String environment, int subsample, int steps, @TempDir Path folder) {
        TrainingPlan plan = trustRegionPlan(environment, "fisher-subsample=" + subsample, "rollout-steps=" + steps);
        List<Map<String, Double>> metrics = new ArrayList<>();
        List<CheckpointFolder> checkpoints = new ArrayList<>();
        double[] last;
        try (TrainingSession one = TrainingSession.start(plan, backend, 1);
                TrainingSession two = TrainingSession.start(plan, backend, 2)) {
            for (int i = 0; i < ITERATIONS; i++) {
                checkpoints.add(new CheckpointFolder(folder.resolve("after" + i)));
                checkpoints.get(i).write(one.save());
                metrics.add(one.iterate());
                assertThat(two.iterate()).as("seed %d, iteration %d", SEED, i).isEqualTo(metrics.get(i));
            }
            last = parameters(one);
            assertThat(parameters(two)).isEqualTo(last);
        }
        for (int start = 0; start < ITERATIONS; start++) {
            Checkpoint checkpoint = checkpoints.get(start).read();
            try (TrainingSession resumed =
                    TrainingSession.resume(TrainingPlan.of(checkpoint, opener), backend, 2, checkpoint)) {
                for (int i = start; i < ITERATIONS; i++) {
                    assertThat(resumed.iterate())
                            .as("seed %d, resumed at %d, iteration %d", SEED, start, i)
                            .isEqualTo(metrics.get(i));
                }
                assertThat(parameters(resumed)).isEqualTo(last);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"line-search-steps=10", "line-search-steps=0"})
    void trustRegionsLearnToBalanceWithAndWithoutALineSearch(String search) {
        try (TrainingSession session = TrainingSession.start(trustRegionPlan("CartPole-v1", search), backend, 2)) {
            for (int i = 0; i < 60; i++) {
                Map<String, Double> metrics = session.iterate();
                assertThat(metrics.get("train/kl")).isBetween(0.0, 0.02);
            }
            assertThat(session.statistics().meanReturn()).as("seed %d", SEED).isGreaterThan(80);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "critic-learning-rate=1e30, 'the squared .* of the value network is (NaN|Infinity): learning diverged; a smaller"
                + " critic-learning-rate may keep it on its way'",
        "max-kl=1e30, 'the .* of the policy.* after a step without a line search is (NaN|Infinity): learning diverged; a"
                + " smaller max-kl or a larger cg-damping may keep it on its way'"
    })
    void aTrustRegionThatIsLeftStopsBeforeItsParametersCanBeKept(String setting, String message) {
        TrainingPlan plan = trustRegionPlan("Pendulum-v1", "line-search-steps=0", setting);
        try (TrainingSession session = TrainingSession.start(plan, backend, 2)) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < ITERATIONS; i++) {
                            session.iterate();
                            assertThat(parameters(session)).doesNotContain(Double.NaN, Double.POSITIVE_INFINITY);
                        }
                    })
                    .isInstanceOf(NonFiniteException.class)
                    .hasMessageMatching(message);
            assertThat(session.isConsistent()).isFalse();
        }
    }

    private static TrainingPlan trustRegionPlan(String environment, String... assignments) {
        Settings settings = AlgorithmSettings.find("trpo")
                .defaults()
                .with("environments", "4", "test")
                .with("rollout-steps", "64", "test")
                .with("critic-minibatch-size", "64", "test")
                .with("steps", "15360", "test")
                .with("hidden", "32,32", "test")
                .with("normalize-observations", "true", "test")
                .with("normalize-rewards", "true", "test");
        for (String assignment : assignments) {
            String[] parts = assignment.split("=", -1);
            settings = settings.with(parts[0], parts[1], "test");
        }
        return new TrainingPlan("trpo", settings, EnvironmentSource.registered(environment, Map.of()), SEED);
    }

    private static TrainingPlan plan(String environment, boolean shared) {
        Settings settings = AlgorithmSettings.find("ppo")
                .defaults()
                .with("environments", "4", "test")
                .with("rollout-steps", "64", "test")
                .with("minibatch-size", "64", "test")
                .with("epochs", "4", "test")
                .with("steps", "15360", "test")
                .with("learning-rate", "0.001", "test")
                .with("hidden", "32,32", "test")
                .with("normalize-observations", "true", "test")
                .with("normalize-rewards", "true", "test")
                .with("shared-network", Boolean.toString(shared), "test");
        return new TrainingPlan("ppo", settings, EnvironmentSource.registered(environment, Map.of()), SEED);
    }

    private double[] parameters(TrainingSession session) {
        Agent agent = session.agent();
        return agent.actorCritic().networks().stream()
                .flatMapToDouble(network -> {
                    double[] values = new double[network.parameters().layout().size()];
                    backend.download(network.parameters().values(), values);
                    return Arrays.stream(values);
                })
                .toArray();
    }
}
