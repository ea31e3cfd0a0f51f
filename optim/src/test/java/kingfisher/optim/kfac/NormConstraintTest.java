package kingfisher.optim.kfac;

import static kingfisher.optim.kfac.SupervisedTask.form;
import static kingfisher.optim.kfac.SupervisedTask.plus;
import static kingfisher.optim.kfac.SupervisedTask.times;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Precision;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.kfac.NormConstraint.Measure;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.DoubleBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class NormConstraintTest {

    private static final long SEED = 20261202;
    private static final double RATE = 0.5;

    @ParameterizedTest
    @CsvSource({
        // bound, α, qᵀFq, factor
        "1, 1, 1, 1",
        "1, 1, 4, 0.5",
        "1, 2, 4, 0.25",
        "1, 0.5, 4, 1",
        "4, 1, 1, 1",
        "0.25, 1, 1, 0.5",
        "1, 1, 0, 1",
        "1, 1, -3, 1",
        "1, 1, 1e300, 1e-150",
    })
    void theFactorBringsTheStepToItsBound(double bound, double rate, double squaredNorm, double factor) {
        for (Measure measure : Measure.values()) {
            assertThat(new NormConstraint(bound, measure).factor(rate, squaredNorm))
                    .isCloseTo(factor, within(1e-12 * factor));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "EXACT, 0.01",
        "EXACT, 0.1",
        "EXACT_STEP, 0.01",
        "EXACT_STEP, 0.1",
        "PRECONDITIONED, 0.01",
        "PRECONDITIONED, 0.1"
    })
    void aBoundThatIsActiveIsReachedExactly(Measure measure, double bound) {
        SupervisedTask task = task(Precision.DOUBLE);
        double[] w = task.parameters();
        double[] free = freeStep(task);
        try (Kfac kfac = task.kfac(settings(Optional.of(new NormConstraint(bound, measure))))) {
            StepReport report = kfac.step(task.objective);
            double[] step = plus(task.parameters(), -1, w);
            assertThat(report.clip()).as(task.description).isLessThan(0.9).isPositive();
            assertThat(Dense.error(step, times(report.clip(), free))).isLessThan(1e-11);
            assertThat(report.rate()).isEqualTo(RATE);
            double squaredLength = measure != Measure.PRECONDITIONED
                    ? form(step, task.fisher(w), step)
                    : -report.clip() * RATE * Dense.dot(task.gradient(w), step);
            assertThat(squaredLength / bound).as(task.description).isCloseTo(1, within(1e-10));
            assertThat(report.squaredNorm())
                    .isCloseTo(measure == Measure.EXACT_STEP ? bound : Double.NaN, within(1e-12));
        }
    }

    @Test
    void aStepStaysWithinItsBoundInSinglePrecision() {
        SupervisedTask task = task(Precision.FLOAT);
        double bound = 0.01;
        try (Kfac kfac = task.kfac(settings(Optional.of(new NormConstraint(bound, Measure.EXACT))))) {
            for (int i = 0; i < 20; i++) {
                double[] w = task.parameters();
                StepReport report = kfac.step(task.objective);
                double[] step = plus(task.parameters(), -1, w);
                double squaredLength = form(step, task.fisher(w), step);
                assertThat(squaredLength)
                        .as("step %d, %s", i, task.description)
                        .isLessThanOrEqualTo(bound * (1 + 1e-4));
                if (report.clip() < 1) {
                    assertThat(squaredLength).isGreaterThan(bound * (1 - 1e-4));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBoundThatIsNotReachedChangesNothing(Measure measure) {
        SupervisedTask task = task(Precision.DOUBLE);
        double[] w = task.parameters();
        double[] free = freeStep(task);
        try (Kfac kfac = task.kfac(settings(Optional.of(new NormConstraint(1e6, measure))))) {
            StepReport report = kfac.step(task.objective);
            assertThat(report.clip()).isEqualTo(1);
            assertThat(plus(task.parameters(), -1, w)).containsExactly(free);
            if (measure == Measure.EXACT_STEP) {
                double squaredLength = form(free, task.fisher(w), free);
                assertThat(report.squaredNorm() / squaredLength)
                        .as(task.description)
                        .isCloseTo(1, within(1e-10));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = "EXACT_STEP", mode = EnumSource.Mode.EXCLUDE)
    void momentumComesAfterTheBound(Measure measure) {
        SupervisedTask task = task(Precision.DOUBLE);
        KfacSettings settings = settings(Optional.of(new NormConstraint(1e-3, measure)));
        try (Kfac kfac = task.kfac(settings)) {
            double[] start = task.parameters();
            kfac.step(task.objective);
            double[] velocity = plus(task.parameters(), -1, start);
            double[] w = task.parameters();
            StepReport report = kfac.step(task.objective, new StepRule.Fixed(RATE, 0.9));
            double[] own = plus(plus(task.parameters(), -1, w), -0.9, velocity);
            double squaredLength = measure == Measure.EXACT
                    ? form(own, task.fisher(w), own)
                    : -report.clip() * RATE * Dense.dot(task.gradient(w), own);
            assertThat(report.clip()).isLessThan(0.9);
            assertThat(squaredLength / 1e-3).as(task.description).isCloseTo(1, within(1e-9));
        }
    }

    /** The step without a bound; the parameters are as before. */
    private static double[] freeStep(SupervisedTask task) {
        double[] w = task.parameters();
        try (Kfac kfac = task.kfac(settings(Optional.empty()))) {
            assertThat(kfac.step(task.objective).clip()).isEqualTo(1);
        }
        double[] step = plus(task.parameters(), -1, w);
        task.setParameters(w);
        return step;
    }

    private static SupervisedTask task(Precision precision) {
        return SupervisedTask.classification(
                precision == Precision.DOUBLE ? DoubleBackend.create() : new CpuBackend(),
                Activation.TANH,
                20,
                SEED,
                4,
                5,
                3);
    }

    private static KfacSettings settings(Optional<NormConstraint> constraint) {
        return KfacSettings.defaults()
                .withRule(new StepRule.Fixed(RATE, 0), constraint)
                .withConstantDamping(1e-2);
    }
}
