package kingfisher.optim.kfac;

import static java.util.Objects.requireNonNull;
import static kingfisher.optim.kfac.SupervisedTask.form;
import static kingfisher.optim.kfac.SupervisedTask.plus;
import static kingfisher.optim.kfac.SupervisedTask.solve;
import static kingfisher.optim.kfac.SupervisedTask.times;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Precision;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.curvature.GaussNewtonOperator;
import kingfisher.optim.kfac.DampingAdaptation.Model;
import kingfisher.optim.linear.DampedOperator;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.DoubleBackend;
import kingfisher.optim.solver.ConjugateGradient;
import kingfisher.optim.solver.ConjugateGradientSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * ρ (14) of damped steps (13) where the objective is a quadratic: one linear layer under squared error, where K-FAC is the
 * Gauss-Newton method.
 */
final class DampedStepTest {

    private static final long SEED = 20261126;

    private final SupervisedTask task =
            SupervisedTask.regression(DoubleBackend.create(), Activation.IDENTITY, 12, SEED, 6, 2);
    private final double[] start = task.parameters();
    private final double[] gradient = task.gradient(start);
    private final double[][] hessian = task.fisher(start);

    @ParameterizedTest
    @ValueSource(doubles = {1e-6, 1e-4, 1e-2, 0.3, 1, 30, 1e4})
    void anExactStepHasARatioFromOneToTwo(double damping) {
        double[] step = times(-1, solve(hessian, damping, gradient));
        ReductionRatio damped = ratio(step, damping);
        // ρ = 1 + λ‖Δ‖² / Δᵀ(H + λ)Δ, of which the second term is the share of λ in the curvature along Δ
        double share = damping * Dense.dot(step, step) / (form(step, hessian, step) + damping * Dense.dot(step, step));
        assertThat(damped.value()).isBetween(1.0, 2.0).isCloseTo(1 + share, within(1e-9));
        assertThat(ratio(step, 0).value()).as("without λ in the model").isCloseTo(1, within(1e-9));
    }

    @Test
    void theRatioGrowsFromOneToTwoWithTheDamping() {
        double last = 1 - 1e-9;
        for (double damping = 1e-8; damping < 1e8; damping *= 10) {
            double ratio =
                    ratio(times(-1, solve(hessian, damping, gradient)), damping).value();
            assertThat(ratio).as("λ = %s, %s", damping, task.description).isGreaterThan(last - 1e-7);
            last = ratio;
        }
        assertThat(ratio(times(-1, solve(hessian, 1e-8, gradient)), 1e-8).value())
                .isCloseTo(1, within(1e-5));
        assertThat(last).isCloseTo(2, within(1e-5));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-4, 1e-2, 0.3, 3})
    void everyIterateOfConjugateGradientsFromZeroHasSuchARatio(double damping) {
        DampedOperator curvature = new DampedOperator(new GaussNewtonOperator(task.model, task.metrics), damping);
        for (int iterations = 1; iterations <= 7; iterations++) {
            double[] step = new double[task.size()];
            ConjugateGradient solver =
                    new ConjugateGradient(task.size(), ConjugateGradientSettings.exact(iterations, 0));
            solver.solve(curvature, times(-1, gradient), step);
            assertThat(ratio(step, damping).value())
                    .as("%d iterations, λ = %s, %s", iterations, damping, task.description)
                    .isBetween(1.0 - 1e-9, 2.0);
            double exact = Dense.error(step, times(-1, solve(hessian, damping, gradient)));
            if (iterations < 3) {
                assertThat(exact).as("these are not the exact steps").isGreaterThan(1e-5);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-4, 1e-2, 1, 100})
    void theOptimizerReportsTheRatioOfItsStep(double damping) {
        double[] step = times(-1, solve(hessian, damping, gradient));
        for (Model model : Model.values()) {
            task.setParameters(start);
            KfacSettings settings = KfacSettings.defaults()
                    .withCurvature(SupervisedTask.freshFactors())
                    .withRule(new StepRule.Fixed(1, 0), Optional.empty())
                    .withAdaptiveDamping(damping, new DampingAdaptation(0.5, 1, 1e-8, 1e8, model));
            try (Kfac kfac = task.kfac(settings)) {
                StepReport report = kfac.step(task.objective);
                double inModel = model == Model.DAMPED ? damping : 0;
                assertThat(requireNonNull(report.ratio()).value())
                        .as("%s, λ = %s, %s", model, damping, task.description)
                        .isCloseTo(ratio(step, inModel).value(), within(1e-8));
                assertThat(Dense.error(task.parameters(), plus(start, 1, step))).isLessThan(1e-10);
                assertThat(report.loss()).isCloseTo(task.loss(start), within(1e-12));
                assertThat(report.newLoss()).isCloseTo(task.loss(plus(start, 1, step)), within(1e-12));
                assertThat(report.damping()).isEqualTo(damping);
                assertThat(kfac.damping()).isEqualTo(damping / 2);
            }
        }
    }

    @Test
    void theRatioIsRightInSinglePrecision() {
        SupervisedTask single = SupervisedTask.regression(new CpuBackend(), Activation.IDENTITY, 12, SEED, 6, 2);
        for (double damping : new double[] {1e-2, 1, 100}) {
            single.setParameters(start);
            KfacSettings settings = KfacSettings.defaults()
                    .withCurvature(SupervisedTask.freshFactors())
                    .withRule(new StepRule.Fixed(1, 0), Optional.empty())
                    .withAdaptiveDamping(damping, DampingAdaptation.everyStep());
            try (Kfac kfac = single.kfac(settings)) {
                double expected = ratio(times(-1, solve(hessian, damping, gradient)), damping)
                        .value();
                StepReport report = kfac.step(single.objective);
                assertThat(requireNonNull(report.ratio()).value())
                        .as("λ = %s, %s", damping, single.description)
                        .isCloseTo(expected, within(1e-3));
            }
        }
    }

    /** With the true change of the loss, and {@code gᵀΔ + ½Δᵀ(H + λ)Δ}. */
    private ReductionRatio ratio(double[] step, double damping) {
        double curvature = form(step, hessian, step) + damping * Dense.dot(step, step);
        return ReductionRatio.of(
                task.loss(start),
                task.loss(plus(start, 1, step)),
                Dense.dot(gradient, step) + 0.5 * curvature,
                Precision.DOUBLE);
    }
}
