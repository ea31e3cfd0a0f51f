package kingfisher.agents.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import kingfisher.agents.policy.ActionAdapter;
import kingfisher.agents.policy.ObservationEncoder;
import kingfisher.agents.policy.ObservationPipeline;
import kingfisher.agents.policy.SpecificationJson;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.CompositeSpace;
import kingfisher.envs.DiscreteSpace;
import kingfisher.envs.ElementType;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.MultiBinarySpace;
import kingfisher.envs.MultiDiscreteSpace;
import kingfisher.envs.Space;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kind of observation and action space goes all the way through learning, evaluation and saving. */
class ActionSpaceTest {

    private static final long SEED = 23;

    @ParameterizedTest
    @CsvSource({
        "ppo,discrete,9.5",
        "ppo,multi-discrete,9.5",
        "ppo,multi-binary,9.5",
        "ppo,box,8.5",
        "ppo,two-binaries,9.5",
        "ppo,choices,9.5",
        "ppo,two-boxes,7",
        "trpo,discrete,9.5",
        "trpo,multi-discrete,9.5",
        "trpo,multi-binary,9.5",
        "trpo,box,8.5",
        "trpo,choices,9.5",
        "trpo,two-boxes,7",
        "a2c,discrete,9.5",
        "a2c,multi-discrete,9.5",
        "a2c,multi-binary,9.5",
        "a2c,box,8.5",
        "a2c,choices,9.5",
        "a2c,two-boxes,7",
        "acktr,discrete,9.5",
        "acktr,multi-discrete,9.5",
        "acktr,multi-binary,9.5",
        "acktr,box,8.5",
        "acktr,two-binaries,9.5",
        "acktr,choices,9.5",
        "acktr,two-boxes,7"
    })
    void theIdentityIsLearned(String algorithm, String kind, double threshold) {
        EnvironmentSource source =
                EnvironmentSource.of("Identity", () -> new IdentityEnvironment(IdentityEnvironment.space(kind)));
        try (Backend backend = new CpuBackend();
                TrainingSession session = TrainingSession.start(plan(algorithm, source), backend, 2);
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
                TrainingSession session = TrainingSession.start(plan("ppo", source), backend, 1);
                Evaluator evaluator = new Evaluator(source.factory(), session.agent(), () -> true)) {
            assertThatThrownBy(() -> evaluator.evaluate(3, 1, false)).isInstanceOf(CancellationException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"discrete", "multi-discrete", "multi-binary", "box", "two-binaries", "choices", "two-boxes"})
    void aSpecificationSurvivesTheWayThroughACheckpoint(String kind) {
        Space space = IdentityEnvironment.space(kind);
        EnvironmentSpecification specification = new IdentityEnvironment(space).specification();
        assertThat(SpecificationJson.read(SpecificationJson.write(specification)))
                .isEqualTo(specification);
    }

    @ParameterizedTest
    @EnumSource(ElementType.class)
    void everyElementTypeSurvivesTheWayThroughACheckpoint(ElementType type) {
        BoxSpace apart = BoxSpace.vector(new double[] {0, 1}, new double[] {1, 1}, type);
        BoxSpace image = new BoxSpace(new int[] {2, 3}, new double[6], new double[] {1, 1, 1, 1, 1, 1}, type);
        double huge = type.isInteger() ? 1e300 : Double.POSITIVE_INFINITY; // an integer box ends at its type's bounds
        BoxSpace unbounded = BoxSpace.uniform(3, -huge, huge, type);
        for (Space space : List.of(apart, image, unbounded)) {
            EnvironmentSpecification specification = new EnvironmentSpecification("Boxes", space, space);
            assertThat(SpecificationJson.read(SpecificationJson.write(specification)))
                    .isEqualTo(specification);
        }
    }

    @Test
    void theBoundsOfAnImageAreWrittenOnce() {
        double[] high = new double[84 * 84 * 3];
        Arrays.fill(high, 255);
        BoxSpace image = new BoxSpace(new int[] {84, 84, 3}, new double[high.length], high, ElementType.UINT8);
        assertThat(SpecificationJson.write(new EnvironmentSpecification("Image", image, new DiscreteSpace(2)))
                        .toString())
                .hasSizeLessThan(400);
    }

    @Test
    void onlyTheDiscretePartsOfACompositeObservationBecomeOneHot() {
        CompositeSpace space = new CompositeSpace(List.of(
                new CompositeSpace.Part("speed", BoxSpace.uniform(2, -9, 9, ElementType.FLOAT32)),
                new CompositeSpace.Part("gear", new DiscreteSpace(3, 1)),
                new CompositeSpace.Part("lamps", new MultiBinarySpace(2)),
                new CompositeSpace.Part("levers", new MultiDiscreteSpace(2, 2)),
                new CompositeSpace.Part("image", BoxSpace.uniform(1, 0, 255, ElementType.UINT8))));
        ObservationEncoder encoder = new ObservationEncoder(space);
        assertThat(encoder.size()).isEqualTo(2 + 3 + 2 + 4 + 1);
        double[] inputs = new double[2 * 12];
        encoder.encode(2, new double[] {0.5, -2, 3, 1, 0, 1, 0, 200, /* next row */ 7, 8, 1, 0, 0, 0, 0, 3}, inputs);
        assertThat(inputs)
                .containsExactly(
                        0.5, -2, 0, 0, 1, 1, 0, 0, 1, 1, 0, 200, /* next row */ 7, 8, 1, 0, 0, 0, 0, 1, 0, 1, 0, 3);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 4, 1.5, Double.NaN, 1e18})
    void aDiscreteObservationOutsideItsSpaceIsRefused(double value) {
        ObservationEncoder encoder = new ObservationEncoder(new DiscreteSpace(3, 1));
        assertThatThrownBy(() -> encoder.encode(1, new double[] {value}, new double[3]))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("number 0 of an observation must be a whole number from 1 to 3: " + value);
    }

    @Test
    void normalizationLeavesOneHotInputsAlone() {
        CompositeSpace space = new CompositeSpace(List.of(
                new CompositeSpace.Part("gear", new DiscreteSpace(2)),
                new CompositeSpace.Part("speed", BoxSpace.uniform(1, -9, 9, ElementType.FLOAT32))));
        ObservationPipeline pipeline = new ObservationPipeline(space, Optional.of(10.0), false);
        double[] inputs = new double[6];
        pipeline.update(2, new double[] {0, 2, 1, 6}, inputs);
        pipeline.apply(2, new double[] {0, 2, 1, 6}, inputs);
        assertThat(inputs).containsExactly(new double[] {1, 0, -1, 0, 1, 1}, within(1e-3));
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

    @Test
    void choicesAndNumbersInOneActionAreRefusedByName() {
        Space mixed = new CompositeSpace(List.of(
                new CompositeSpace.Part("gear", new DiscreteSpace(5)),
                new CompositeSpace.Part("wheel", BoxSpace.uniform(1, -1, 1, ElementType.FLOAT32))));
        assertThatThrownBy(() -> ActionAdapter.of(new EnvironmentSpecification("Car", mixed, mixed)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "the action space of Car must be all discrete or all Boxes of floating-point numbers, not both:"
                                + " Composite(gear: Discrete(5), wheel: Box(-1.0, 1.0, (1,), float32))");
    }

    @ParameterizedTest
    @CsvSource({
        "discrete, Categorical",
        "two-binaries, Bernoulli",
        "choices, 'MultiCategorical[3, 2, 2, 2, 3]'",
        "two-boxes, DiagonalGaussian"
    })
    void everyPartOfAnActionIsInTheDistribution(String kind, String distribution) {
        ActionAdapter adapter =
                ActionAdapter.of(new IdentityEnvironment(IdentityEnvironment.space(kind)).specification());
        assertThat(adapter.distribution().toString()).startsWith(distribution);
        assertThat(adapter.distribution().actionSize())
                .isEqualTo(IdentityEnvironment.space(kind).size());
    }

    @Test
    void everyPartOfAnActionIsShiftedAndClippedInItsOwnWay() {
        double[] choices = new double[5];
        ActionAdapter.of(new IdentityEnvironment(IdentityEnvironment.space("choices")).specification())
                .toEnvironment(1, new double[] {0, 1, 0, 1, 2}, choices);
        assertThat(choices).containsExactly(-1, 1, 0, 5, 2);
        double[] numbers = new double[3];
        ActionAdapter.of(new IdentityEnvironment(IdentityEnvironment.space("two-boxes")).specification())
                .toEnvironment(1, new double[] {-7, -7, 1.5}, numbers);
        assertThat(numbers).containsExactly(-1, -0.5, 1.5);
    }

    private static TrainingPlan plan(String algorithm, EnvironmentSource source) {
        Settings settings = AlgorithmSettings.find(algorithm)
                .defaults()
                .with("environments", "8", "test")
                .with("rollout-steps", "64", "test")
                .with("discount", "0", "test")
                .with("initial-log-std", "-1", "test")
                .with("evaluation-interval", "0", "test")
                .with("hidden", "32", "test")
                .with("steps", "16384", "test");
        Map<String, String> own = switch (algorithm) {
            case "ppo" -> Map.of("minibatch-size", "128", "epochs", "8", "learning-rate", "0.003");
            case "trpo" -> Map.of("max-kl", "0.05", "cg-damping", "0.01");
            case "a2c" -> Map.of("rollout-steps", "4", "learning-rate", "0.003");
            default -> Map.of("max-kl", "0.05", "momentum", "0", "learning-rate", "1");
        };
        for (Map.Entry<String, String> setting : own.entrySet()) {
            settings = settings.with(setting.getKey(), setting.getValue(), "test");
        }
        return new TrainingPlan(algorithm, settings, source, SEED);
    }
}
