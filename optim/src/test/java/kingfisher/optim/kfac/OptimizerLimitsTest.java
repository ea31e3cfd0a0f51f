package kingfisher.optim.kfac;

import static kingfisher.optim.kfac.SupervisedTask.plus;
import static kingfisher.optim.kfac.SupervisedTask.solve;
import static kingfisher.optim.kfac.SupervisedTask.times;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.DoubleBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Trajectories of fixed rates and momenta against recursions by dense matrices. */
final class OptimizerLimitsTest {

    private static final long SEED = 20261130;

    private final Backend oracle = DoubleBackend.create();

    @ParameterizedTest
    @EnumSource
    void muchDampingMakesGradientDescent(DampingForm form) {
        SupervisedTask task = SupervisedTask.classification(oracle, Activation.TANH, 7, SEED, 4, 5, 3);
        double damping = 1e22; // the factored form damps by √λ too much, which must not show
        double rate = 0.2;
        KfacSettings settings = KfacSettings.defaults()
                .withCurvature(KroneckerSettings.defaults().withDampingForm(form))
                .withRule(new StepRule.Fixed(rate * damping, 0), Optional.empty())
                .withConstantDamping(damping);
        double[] w = task.parameters();
        try (Kfac kfac = task.kfac(settings)) {
            for (int step = 0; step < 30; step++) {
                StepReport report = kfac.step(task.objective);
                assertThat(report.loss() / task.loss(w)).isBetween(1 - 1e-8, 1 + 1e-8);
                w = plus(w, -rate, task.gradient(w));
                assertThat(Dense.error(task.parameters(), w))
                        .as("step %d, %s, %s", step, form, task.description)
                        .isLessThan(1e-8);
            }
        }
    }

    @Test
    void momentumIsTheRecursionOfSteps() {
        SupervisedTask task = SupervisedTask.regression(oracle, Activation.IDENTITY, 9, SEED, 5, 2);
        double damping = 0.1;
        KfacSettings settings = KfacSettings.defaults()
                .withCurvature(SupervisedTask.freshFactors())
                .withRule(new StepRule.Fixed(0.1, 0.9), Optional.empty())
                .withConstantDamping(damping);
        double[] w = task.parameters();
        double[] velocity = new double[w.length];
        try (Kfac kfac = task.kfac(settings)) {
            for (int step = 0; step < 60; step++) {
                StepRule.Fixed rule = new StepRule.Fixed(0.3 / (1 + 0.1 * step), 0.9 - 0.01 * step);
                StepReport report = kfac.step(task.objective, rule);
                double[] q = times(-1, solve(task.fisher(w), damping, task.gradient(w)));
                assertThat(report.slope() / Dense.dot(task.gradient(w), q)).isBetween(1 - 1e-8, 1 + 1e-8);
                velocity = plus(times(rule.learningRate(), q), step == 0 ? 0 : rule.momentum(), velocity);
                w = plus(w, 1, velocity);
                assertThat(Dense.error(task.parameters(), w))
                        .as("step %d, %s", step, task.description)
                        .isLessThan(1e-9);
                assertThat(report.stepNorm() / Math.sqrt(Dense.dot(velocity, velocity)))
                        .isBetween(1 - 1e-8, 1 + 1e-8);
                assertThat(report.rate()).isEqualTo(rule.learningRate());
                assertThat(report.momentum()).isEqualTo(step == 0 ? 0 : rule.momentum());
                assertThat(report.step()).isEqualTo(step);
                assertThat(report.predictedChange())
                        .as("nothing asks for a model")
                        .isNaN();
                assertThat(report.newLoss()).as("nothing asks for it").isNaN();
                assertThat(report.ratio()).isNull();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "EXACT, SAMPLED",
        "EXACT, EXACT",
        "EXACT, EMPIRICAL",
        "FACTORED, SAMPLED",
        "FACTORED, EXACT",
        "FACTORED, EMPIRICAL"
    })
    void everyPreconditionerGivesADescentDirection(DampingForm form, FisherEstimator estimator) {
        for (Execution execution : new Execution[] {Execution.SYNCHRONOUS, Execution.DETERMINISTIC}) {
            for (Backend backend : new Backend[] {oracle, new CpuBackend()}) {
                SupervisedTask task = SupervisedTask.classification(backend, Activation.ELU, 20, SEED, 5, 6, 3);
                KfacSettings settings = KfacSettings.defaults()
                        .withCurvature(KroneckerSettings.defaults()
                                .withEstimator(estimator)
                                .withDampingForm(form)
                                .withPeriods(2, 6, 3)
                                .withExecution(execution, 4))
                        .withRule(new StepRule.Fixed(0.1, 0), Optional.empty())
                        .withConstantDamping(0.01);
                assertDescends(task, settings);
            }
        }
    }

    private static void assertDescends(SupervisedTask task, KfacSettings settings) {
        double first = task.loss(task.parameters());
        try (Kfac kfac = task.kfac(settings)) {
            for (int step = 0; step < 40; step++) {
                double[] w = task.parameters();
                StepReport report = kfac.step(task.objective);
                double slope = Dense.dot(task.gradient(w), plus(task.parameters(), -1, w)) / 0.1;
                assertThat(slope)
                        .as("step %d, %s, %s", step, settings.curvature(), task.description)
                        .isNegative();
                assertThat(report.slope() / slope).isBetween(0.99, 1.01);
            }
        }
        assertThat(task.loss(task.parameters())).as(task.description).isLessThan(0.9 * first);
    }
}
