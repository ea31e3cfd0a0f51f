package kingfisher.agents.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A training goes through the same states bit by bit, whatever the number of threads, stopped and resumed or not. */
class TrainingSessionTest {

    private static final int ITERATIONS = 7;
    private static final long SEED = 17;
    private static final Map<String, List<String>> OWN = Map.of(
            "ppo", List.of("minibatch-size=64", "epochs=4", "learning-rate=0.001"),
            "trpo", List.of("critic-minibatch-size=64"),
            "a2c", List.of("rollout-steps=32", "gae-lambda=0.95"),
            "acktr", List.of("max-kl=0.01"));

    private final Backend backend = new CpuBackend();
    private final EnvironmentOpener opener = new EnvironmentOpener(ConnectionOptions.DEFAULT);

    @ParameterizedTest
    @CsvSource({
        "ppo, CartPole-v1, shared-network=false",
        "ppo, CartPole-v1, shared-network=true",
        "ppo, Pendulum-v1, shared-network=false",
        "ppo, MountainCarContinuous-v0, shared-network=true",
        "trpo, CartPole-v1, fisher-subsample=1",
        "trpo, Pendulum-v1, fisher-subsample=3",
        "trpo, CartPole-v1, rollout-steps=512",
        "trpo, Pendulum-v1, preconditioner=kfac",
        "a2c, CartPole-v1, shared-network=true",
        "a2c, Pendulum-v1, initialization=uniform",
        "ppo, Pendulum-v1, critic-time-step=true",
        "acktr, CartPole-v1, decomposition-execution=synchronous",
        "acktr, CartPole-v1, shared-network=true",
        "acktr, CartPole-v1, fisher=taken-actions shared-network=true entropy-coefficient=0.01",
        "acktr, Pendulum-v1, decomposition-execution=deterministic decomposition-period=3",
        "acktr, Pendulum-v1, rollout-steps=512 covariance-subsample=3 gradient-subsample=2",
        "acktr, Pendulum-v1, critic-updates=1",
        "acktr, Pendulum-v1, critic-updates=1 critic-minibatch-size=100",
        "acktr, MountainCarContinuous-v0, step-rule=adaptive-kl critic-minibatch-size=100"
    })
    void oneThreadAndTwoGiveTheSameBits(String algorithm, String environment, String assignments) {
        TrainingPlan plan = plan(algorithm, environment, assignments.split(" ", -1));
        try (TrainingSession one = TrainingSession.start(plan, backend, 1);
                TrainingSession two = TrainingSession.start(plan, backend, 2)) {
            for (int i = 0; i < ITERATIONS; i++) {
                assertThat(one.iterate()).as("seed %d, iteration %d", SEED, i).isEqualTo(two.iterate());
            }
            assertThat(parameters(one)).isEqualTo(parameters(two));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ppo, CartPole-v1, optimizer=adam proximity=adaptive-kl learning-rate-schedule=linear",
        "ppo, Pendulum-v1, optimizer=rmsprop proximity=adaptive-kl learning-rate-schedule=linear",
        "ppo, Acrobot-v1, optimizer=sgd momentum=0.9 proximity=adaptive-kl learning-rate-schedule=linear",
        "trpo, CartPole-v1, fisher-subsample=1",
        "trpo, Pendulum-v1, fisher-subsample=3 max-kl-schedule=linear",
        "trpo, Pendulum-v1, fisher-subsample=2 rollout-steps=512",
        "trpo, Pendulum-v1, preconditioner=kfac fisher-subsample=2",
        "trpo, Pendulum-v1, preconditioner=kfac-block-diagonal",
        "a2c, CartPole-v1, optimizer=rmsprop learning-rate-schedule=linear",
        "a2c, Pendulum-v1, optimizer=rmsprop rmsprop-form=tensorflow learning-rate-schedule=linear",
        "a2c, Acrobot-v1, optimizer=adam shared-network=true",
        "ppo, Pendulum-v1, previous-observation=true critic-time-step=true",
        "trpo, CartPole-v1, previous-observation=true critic-time-step=true",
        "a2c, Pendulum-v1, previous-observation=true critic-time-step=true critic-time-divisor=200",
        "ppo, CartPole-v1, previous-observation=true shared-network=true",
        "acktr, CartPole-v1, decomposition-period=3 covariance-period=2 cold-steps=2 critic-cold-steps=30",
        "acktr, CartPole-v1, shared-network=true fisher=taken-actions",
        "acktr, Pendulum-v1, decomposition-execution=deterministic decomposition-period=3 critic-minibatch-size=100",
        "acktr, Pendulum-v1, step-rule=adaptive-kl critic-step-rule=bounded",
        "acktr, Acrobot-v1, step-rule=preconditioned max-kl-schedule=linear learning-rate-schedule=linear",
        "acktr, Pendulum-v1, previous-observation=true critic-time-step=true"
    })
    void resumedAfterAnyIterationItContinuesWithTheSameBits(
            String algorithm, String environment, String assignments, @TempDir Path folder) {
        TrainingPlan plan = plan(algorithm, environment, assignments.split(" ", -1));
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
    @CsvSource({
        "ppo, CartPole-v1, critic-time-step=false",
        "ppo, Pendulum-v1, critic-time-step=true",
        "trpo, Pendulum-v1, previous-observation=true",
        "a2c, CartPole-v1, previous-observation=true",
        "acktr, Pendulum-v1, critic-time-step=true"
    })
    void twoGroupsGoThroughTheSameStatesOnAnyThreadsAndAfterAnyBreak(
            String algorithm, String environment, String assignment, @TempDir Path folder) {
        TrainingPlan base = plan(algorithm, environment, assignment);
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
        TrainingPlan plan = plan(
                "ppo",
                "CartPole-v1",
                "proximity=" + proximity,
                "weight-proximity=" + (proximity.equals("kl") ? "0.001" : "0"),
                "kl-coefficient=3");
        try (TrainingSession session = TrainingSession.start(plan, backend, 2)) {
            for (int i = 0; i < 60; i++) {
                session.iterate();
            }
            assertThat(session.statistics().meanReturn()).as("seed %d", SEED).isGreaterThan(80);
        }
    }

    @ParameterizedTest
    @CsvSource({"ppo,1e30,sgd", "ppo,1e38,adam", "ppo,1e38,rmsprop", "a2c,1e38,rmsprop"})
    void aDivergingRunStopsBeforeItsParametersCanBeKept(String algorithm, String learningRate, String optimizer) {
        TrainingPlan plan = plan(
                algorithm,
                "Pendulum-v1",
                "learning-rate=" + learningRate,
                "max-gradient-norm=none",
                "optimizer=" + optimizer);
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

    @ParameterizedTest
    @ValueSource(strings = {"ppo", "trpo", "a2c", "acktr"})
    void differentSeedsGoDifferentWays(String algorithm) {
        TrainingPlan plan = plan(algorithm, "CartPole-v1");
        TrainingPlan other = new TrainingPlan(plan.algorithm(), plan.settings(), plan.environments(), SEED + 1);
        try (TrainingSession one = TrainingSession.start(plan, backend, 1);
                TrainingSession two = TrainingSession.start(other, backend, 1)) {
            assertThat(one.iterate()).isNotEqualTo(two.iterate());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"line-search-steps=10", "line-search-steps=0"})
    void trustRegionsLearnToBalanceWithAndWithoutALineSearch(String search) {
        try (TrainingSession session = TrainingSession.start(plan("trpo", "CartPole-v1", search), backend, 2)) {
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
        TrainingPlan plan = plan("trpo", "Pendulum-v1", "line-search-steps=0", setting);
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

    private static TrainingPlan plan(String algorithm, String environment, String... assignments) {
        Settings settings = AlgorithmSettings.find(algorithm)
                .defaults()
                .with("environments", "4", "test")
                .with("rollout-steps", "64", "test")
                .with("steps", "15360", "test")
                .with("hidden", "32,32", "test")
                .with("normalize-observations", "true", "test")
                .with("normalize-rewards", "true", "test");
        List<String> all = new ArrayList<>(Objects.requireNonNull(OWN.get(algorithm)));
        all.addAll(List.of(assignments));
        for (String assignment : all) {
            String[] parts = assignment.split("=", -1);
            settings = settings.with(parts[0], parts[1], "test");
        }
        return new TrainingPlan(algorithm, settings, EnvironmentSource.registered(environment, Map.of()), SEED);
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
