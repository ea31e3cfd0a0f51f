package kingfisher.optim.kfac;

import static kingfisher.optim.kfac.SupervisedTask.form;
import static kingfisher.optim.kfac.SupervisedTask.plus;
import static kingfisher.optim.kfac.SupervisedTask.solve;
import static kingfisher.optim.kfac.SupervisedTask.times;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.kfac.NormConstraint.Measure;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.DoubleBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Averaged directions, bounds on whole steps and steps along the gradient, against dense sums, where K-FAC is the
 * Gauss-Newton method: one linear layer under squared error.
 */
final class GivenStepTest {

    private static final long SEED = 20261207;
    private static final double DAMPING = 0.05;
    private static final double BOUND = 1e-3;

    private final SupervisedTask task =
            SupervisedTask.regression(DoubleBackend.create(), Activation.IDENTITY, 12, SEED, 5, 3);

    private static KfacSettings settings(StepRule rule, Optional<NormConstraint> constraint) {
        return KfacSettings.defaults()
                .withCurvature(SupervisedTask.freshFactors())
                .withRule(rule, constraint)
                .withConstantDamping(DAMPING);
    }

    private double[] direction(double[] w) {
        return times(-1, solve(task.fisher(w), DAMPING, task.gradient(w)));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 0.9})
    void directionsAreAveragedAndTheRateIsTheLength(double momentum) {
        double rate = 0.3;
        double[] average = direction(task.parameters());
        try (Kfac kfac = task.kfac(settings(new StepRule.Averaged(rate, momentum), Optional.empty()))) {
            for (int i = 0; i < 6; i++) {
                double[] w = task.parameters();
                if (i > 0) {
                    average = plus(times(1 - momentum, direction(w)), momentum, average);
                }
                StepReport report = kfac.step(task.objective);
                double[] step = plus(task.parameters(), -1, w);
                assertThat(Dense.error(step, times(rate, average)))
                        .as("step %d, %s", i, task.description)
                        .isLessThan(1e-9);
                assertThat(report.rate()).isEqualTo(rate);
                assertThat(report.momentum()).isEqualTo(i == 0 ? 0 : momentum);
            }
        }
    }

    @Test
    void theWholeStepIsBoundedAndTheAverageIsNot() {
        double momentum = 0.8;
        double[] average = direction(task.parameters());
        KfacSettings settings = settings(
                new StepRule.Averaged(0.7, momentum), Optional.of(new NormConstraint(BOUND, Measure.EXACT_STEP)));
        try (Kfac kfac = task.kfac(settings)) {
            for (int i = 0; i < 6; i++) {
                double[] w = task.parameters();
                if (i > 0) {
                    average = plus(times(1 - momentum, direction(w)), momentum, average);
                }
                double clip = kfac.step(task.objective).clip();
                double[] step = plus(task.parameters(), -1, w);
                assertThat(clip).as("step %d, %s", i, task.description).isLessThan(0.9);
                assertThat(Dense.error(step, times(0.7 * clip, average))).isLessThan(1e-9);
                assertThat(form(step, task.fisher(w), step) / BOUND).isCloseTo(1, within(1e-9));
            }
        }
    }

    @Test
    void aBoundOnTheWholeStepHoldsWithHeavyMomentum() {
        KfacSettings settings =
                settings(new StepRule.Fixed(0.7, 0.95), Optional.of(new NormConstraint(BOUND, Measure.EXACT_STEP)));
        try (Kfac kfac = task.kfac(settings)) {
            for (int i = 0; i < 8; i++) {
                double[] w = task.parameters();
                kfac.step(task.objective);
                double[] step = plus(task.parameters(), -1, w);
                assertThat(form(step, task.fisher(w), step))
                        .as("step %d, %s", i, task.description)
                        .isLessThanOrEqualTo(BOUND * (1 + 1e-9));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-3, 1e6})
    void aColdStepFollowsTheGradientUpToItsNorm(double maximumNorm) {
        double[] w = task.parameters();
        double[] gradient = task.gradient(w);
        double norm = Math.sqrt(Dense.dot(gradient, gradient));
        try (Kfac kfac = task.kfac(settings(new StepRule.Averaged(0.5, 0.9), Optional.empty()))) {
            kfac.step(task.objective, new StepRule.Gradient(0.1, maximumNorm));
            double[] step = plus(task.parameters(), -1, w);
            double[] expected = times(-0.1 * Math.min(1, maximumNorm / (norm + 1e-6)), gradient);
            assertThat(Dense.error(step, expected)).as(task.description).isLessThan(1e-9);

            // the factors have seen the cold step, the average has not
            double[] warm = task.parameters();
            kfac.step(task.objective);
            assertThat(Dense.error(plus(task.parameters(), -1, warm), times(0.5, direction(warm))))
                    .as(task.description)
                    .isLessThan(1e-9);
        }
    }

    @Test
    void aProximalStepMinimizesTheLinearisedLossWithItsProximities() {
        double function = 3;
        double weight = 0.2;
        try (Kfac kfac = task.kfac(settings(new StepRule.Proximal(function, weight), Optional.empty()))) {
            for (int i = 0; i < 4; i++) {
                double[] w = task.parameters();
                double[] gradient = task.gradient(w);
                double[] r = direction(w);
                double bend = function * form(r, task.fisher(w), r) + weight * Dense.dot(r, r);
                double alpha = -Dense.dot(gradient, r) / bend;
                StepReport report = kfac.step(task.objective);
                assertThat(report.rate()).as("step %d, %s", i, task.description).isCloseTo(alpha, within(1e-9 * alpha));
                assertThat(report.momentum()).isZero();
                assertThat(Dense.error(plus(task.parameters(), -1, w), times(alpha, r)))
                        .isLessThan(1e-9);
            }
        }
    }

    /** Along the damped natural gradient with λ = λ_WSP / λ_FSP, the minimum on the line is that of the whole space. */
    @Test
    void withTheDampingOfItsProximitiesAProximalStepIsTheDampedNaturalGradient() {
        double function = 4;
        double[] w = task.parameters();
        try (Kfac kfac = task.kfac(settings(new StepRule.Proximal(function, function * DAMPING), Optional.empty()))) {
            assertThat(kfac.step(task.objective).rate()).isCloseTo(1 / function, within(1e-9));
            double[] step = times(1 / function, direction(w));
            assertThat(Dense.error(plus(task.parameters(), -1, w), step))
                    .as(task.description)
                    .isLessThan(1e-9);
        }
    }

    @Test
    void momentumThatIsDroppedStartsAnew() {
        try (Kfac kfac = task.kfac(settings(new StepRule.Averaged(0.5, 0.9), Optional.empty()))) {
            kfac.step(task.objective);
            kfac.dropMomentum();
            double[] w = task.parameters();
            kfac.step(task.objective);
            assertThat(Dense.error(plus(task.parameters(), -1, w), times(0.5, direction(w))))
                    .as(task.description)
                    .isLessThan(1e-9);
        }
    }

    @Test
    void anAverageIsNoStepToAnotherRule() {
        try (Kfac kfac = task.kfac(settings(new StepRule.Averaged(0.5, 0.9), Optional.empty()))) {
            kfac.step(task.objective);
            double[] w = task.parameters();
            assertThat(kfac.step(task.objective, new StepRule.Fixed(0.5, 0.9)).momentum())
                    .isZero();
            assertThat(Dense.error(plus(task.parameters(), -1, w), times(0.5, direction(w))))
                    .as(task.description)
                    .isLessThan(1e-9);
            assertThat(kfac.step(task.objective, new StepRule.Averaged(0.5, 0.9))
                            .momentum())
                    .isZero();
        }
    }

    @Test
    void ratesAndNormsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new StepRule.Averaged(0, 0.9))
                .hasMessage("learning rate must be positive and finite: 0.0");
        assertThatThrownBy(() -> new StepRule.Averaged(1, 1)).hasMessage("momentum must be in [0, 1): 1.0");
        assertThatThrownBy(() -> new StepRule.Gradient(Double.NaN, 1))
                .hasMessage("learning rate must be positive and finite: NaN");
        assertThatThrownBy(() -> new StepRule.Proximal(-1, 1))
                .hasMessage("function proximity must be finite and not negative: -1.0");
        assertThatThrownBy(() -> new StepRule.Proximal(1, Double.POSITIVE_INFINITY))
                .hasMessage("weight proximity must be finite and not negative: Infinity");
        assertThatThrownBy(() -> new StepRule.Proximal(0, 0))
                .hasMessage("function and weight proximity must not both be 0");
        assertThat(new StepRule.Proximal(0, 1).isGiven()).isFalse();
        assertThatThrownBy(() -> new StepRule.Gradient(1, 0)).hasMessage("maximum norm must be positive: 0.0");
    }
}
