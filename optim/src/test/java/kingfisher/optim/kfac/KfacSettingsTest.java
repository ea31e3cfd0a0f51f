package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.kfac.DampingAdaptation.Model;
import kingfisher.optim.kfac.NormConstraint.Measure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused, in words that name setting, value and what is accepted. */
final class KfacSettingsTest {

    private static final KfacSettings DEFAULTS = KfacSettings.defaults();

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void dampingIsPositive(double value) {
        assertRefused(
                () -> DEFAULTS.withConstantDamping(value), "damping must be positive and finite: %s".formatted(value));
    }

    @Test
    void dampingStartsWithinTheBoundsOfItsAdaptation() {
        DampingAdaptation adaptation = new DampingAdaptation(0.5, 1, 0.1, 10, Model.DAMPED);
        assertThat(DEFAULTS.withAdaptiveDamping(0.1, adaptation).damping()).isEqualTo(0.1);
        assertThat(DEFAULTS.withAdaptiveDamping(10, adaptation).damping()).isEqualTo(10);
        assertRefused(
                () -> DEFAULTS.withAdaptiveDamping(0.05, adaptation),
                "damping must be between its least and largest value, 0.1 and 10.0: 0.05");
        assertRefused(
                () -> DEFAULTS.withAdaptiveDamping(11, adaptation),
                "damping must be between its least and largest value, 0.1 and 10.0: 11.0");
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1e-9, Double.NaN, Double.POSITIVE_INFINITY})
    void weightDecayIsNotNegative(double value) {
        assertThat(DEFAULTS.withWeightDecay(0).weightDecay()).isZero();
        assertRefused(
                () -> DEFAULTS.withWeightDecay(value),
                "weight decay must be at least 0 and finite: %s".formatted(value));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void learningRatesArePositive(double value) {
        assertRefused(
                () -> new StepRule.Fixed(value, 0), "learning rate must be positive and finite: %s".formatted(value));
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1, Double.NaN})
    void momentumIsBelowOne(double value) {
        assertRefused(() -> new StepRule.Fixed(1, value), "momentum must be in [0, 1): %s".formatted(value));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void aBoundIsPositive(double value) {
        assertRefused(
                () -> new NormConstraint(value, Measure.EXACT),
                "bound of the norm constraint must be positive and finite: %s".formatted(value));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, -0.5, Double.NaN})
    void theFactorOfTheDampingIsBetweenZeroAndOne(double value) {
        assertRefused(
                () -> new DampingAdaptation(value, 1, 0.1, 10, Model.DAMPED),
                "factor of the damping must be in (0, 1): %s".formatted(value));
    }

    @Test
    void theAdaptationHasAnIntervalAndBounds() {
        assertRefused(
                () -> new DampingAdaptation(0.5, 0, 0.1, 10, Model.DAMPED),
                "interval of the damping must be at least 1: 0");
        for (double[] bounds : new double[][] {{0, 1}, {2, 1}, {1, Double.POSITIVE_INFINITY}, {Double.NaN, 1}}) {
            assertRefused(
                    () -> new DampingAdaptation(0.5, 1, bounds[0], bounds[1], Model.DAMPED),
                    "least and largest damping must be positive, finite and in order: %s, %s"
                            .formatted(bounds[0], bounds[1]));
        }
    }

    @Test
    void aNormConstraintNeedsAFixedRate() {
        Optional<NormConstraint> bound = Optional.of(new NormConstraint(0.1, Measure.EXACT));
        assertRefused(
                () -> DEFAULTS.withRule(new StepRule.ExactRate(), bound),
                "a norm constraint needs a fixed learning rate, as ExactRate chooses the length of a step itself");
        assertRefused(
                () -> DEFAULTS.withRule(new StepRule.ExactRateAndMomentum(), bound),
                "a norm constraint needs a fixed learning rate, as ExactRateAndMomentum chooses the length of a step"
                        + " itself");
        SupervisedTask task = SupervisedTask.regression(new CpuBackend(), Activation.TANH, 4, 1, 2, 2);
        double[] w = task.parameters();
        try (Kfac kfac = task.kfac(DEFAULTS.withRule(new StepRule.Fixed(1, 0), bound))) {
            assertRefused(
                    () -> kfac.step(task.objective, new StepRule.ExactRate()),
                    "a norm constraint needs a fixed learning rate, as ExactRate chooses the length of a step itself");
        }
        assertThat(task.parameters()).containsExactly(w);
    }

    @Test
    void copiesDifferInWhatTheirNameSays() {
        KroneckerSettings curvature = KroneckerSettings.defaults().withFactorDecay(0.5);
        StepRule rule = new StepRule.Fixed(0.1, 0.2);
        Optional<NormConstraint> bound = Optional.of(new NormConstraint(0.3, Measure.PRECONDITIONED));
        DampingAdaptation adaptation = DampingAdaptation.everyStep();
        assertThat(DEFAULTS.withCurvature(curvature)
                        .withRule(rule, bound)
                        .withAdaptiveDamping(0.4, adaptation)
                        .withWeightDecay(0.5)
                        .withRejection(true))
                .isEqualTo(new KfacSettings(curvature, rule, 0.4, Optional.of(adaptation), bound, 0.5, true));
        assertThat(DEFAULTS.withConstantDamping(2))
                .isEqualTo(new KfacSettings(
                        KroneckerSettings.defaults(),
                        new StepRule.ExactRateAndMomentum(),
                        2,
                        Optional.empty(),
                        Optional.empty(),
                        0,
                        false));
    }

    private static void assertRefused(Runnable construction, String message) {
        assertThatThrownBy(construction::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
