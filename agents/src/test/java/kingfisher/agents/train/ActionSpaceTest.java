package kingfisher.agents.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import kingfisher.agents.policy.ActionAdapter;
import kingfisher.agents.policy.ObservationEncoder;
import kingfisher.agents.policy.SpecificationJson;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.ElementType;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.Space;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kind of observation and action space goes all the way through learning, evaluation and saving. */
class ActionSpaceTest {

    private static final long SEED = 23;

    @ParameterizedTest
    @CsvSource({"discrete,9.5", "multi-discrete,9.5", "multi-binary,9.5", "box,8.5"})
    void theIdentityIsLearned(String kind, double threshold) {
        EnvironmentSource source =
                EnvironmentSource.of("Identity", () -> new IdentityEnvironment(IdentityEnvironment.space(kind)));
        try (Backend backend = new CpuBackend();
                TrainingSession session = TrainingSession.start(plan(source), backend, 2);
                Evaluator evaluator = new Evaluator(source.factory(), session.agent(), () -> false)) {
            new Trainer(session, evaluator, List.of()).run(() -> false);
            double[] returns = evaluator.evaluate(25, 5, false);
            assertThat(returns).hasSize(25);
            assertThat(Arrays.stream(returns).average().orElseThrow())
                    .as("seed %d", SEED)
                    .isGreaterThan(threshold);
            assertThat(evaluator.evaluate(25, 5, true)).isEqualTo(evaluator.evaluate(25, 5, true));
            assertThat(session.resumesExactly()).isFalse();
        }
    }

    @Test
    void aCancelledEvaluationSaysSo() {
        EnvironmentSource source =
                EnvironmentSource.of("Identity", () -> new IdentityEnvironment(IdentityEnvironment.space("discrete")));
        try (Backend backend = new CpuBackend();
                TrainingSession session = TrainingSession.start(plan(source), backend, 1);
                Evaluator evaluator = new Evaluator(source.factory(), session.agent(), () -> true)) {
            assertThatThrownBy(() -> evaluator.evaluate(3, 1, false)).isInstanceOf(CancellationException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"discrete", "multi-discrete", "multi-binary", "box"})
    void aSpecificationSurvivesTheWayThroughACheckpoint(String kind) {
        Space space = IdentityEnvironment.space(kind);
        EnvironmentSpecification specification = new IdentityEnvironment(space).specification();
        assertThat(SpecificationJson.read(SpecificationJson.write(specification)))
                .isEqualTo(specification);
    }

    @Test
    void discreteObservationsBecomeOneHotBlocks() {
        ObservationEncoder encoder = new ObservationEncoder(IdentityEnvironment.space("multi-discrete"));
        assertThat(encoder.size()).isEqualTo(5);
        double[] inputs = new double[10];
        encoder.encode(2, new double[] {2, 5, 0, 6}, inputs);
        assertThat(inputs).containsExactly(0, 0, 1, 1, 0, 1, 0, 0, 0, 1);
    }

    @Test
    void continuousActionsAreClippedToTheBoxAndDiscreteOnesShifted() {
        double[] actions = new double[2];
        ActionAdapter.of(new IdentityEnvironment(IdentityEnvironment.space("box")).specification())
                .toEnvironment(1, new double[] {-3, 0.5}, actions);
        assertThat(actions).containsExactly(new double[] {-1, 0.5}, within(0.0));
        ActionAdapter.of(new IdentityEnvironment(IdentityEnvironment.space("multi-discrete")).specification())
                .toEnvironment(1, new double[] {2, 1}, actions);
        assertThat(actions).containsExactly(2, 6);
    }

    @Test
    void aBoxOfWholeNumbersIsRefusedByName() {
        EnvironmentSpecification specification = new EnvironmentSpecification(
                "Counts",
                BoxSpace.uniform(1, 0, 9, ElementType.INT64),
                BoxSpace.uniform(1, 0, 9, ElementType.INT64),
                OptionalInt.empty(),
                OptionalDouble.empty());
        assertThatThrownBy(() -> ActionAdapter.of(specification))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("the action space of Counts must be Discrete, MultiDiscrete, MultiBinary or");
    }

    private static TrainingPlan plan(EnvironmentSource source) {
        Settings settings = AlgorithmSettings.find("ppo")
                .defaults()
                .with("environments", "8", "test")
                .with("rollout-steps", "64", "test")
                .with("minibatch-size", "128", "test")
                .with("epochs", "8", "test")
                .with("learning-rate", "0.003", "test")
                .with("discount", "0", "test")
                .with("initial-log-std", "-1", "test")
                .with("evaluation-interval", "0", "test")
                .with("hidden", "32", "test")
                .with("steps", "16384", "test");
        return new TrainingPlan("ppo", settings, source, SEED);
    }
}
