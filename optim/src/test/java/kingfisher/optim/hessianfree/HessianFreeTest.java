package kingfisher.optim.hessianfree;

import static java.util.Objects.requireNonNull;
import static kingfisher.optim.kfac.SupervisedTask.form;
import static kingfisher.optim.kfac.SupervisedTask.plus;
import static kingfisher.optim.kfac.SupervisedTask.solve;
import static kingfisher.optim.kfac.SupervisedTask.times;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import kingfisher.optim.Allocations;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.curvature.GaussNewtonOperator;
import kingfisher.optim.kfac.CountingModel;
import kingfisher.optim.kfac.CurvatureStatus;
import kingfisher.optim.kfac.DampingAdaptation;
import kingfisher.optim.kfac.DampingAdaptation.Model;
import kingfisher.optim.kfac.StepReport;
import kingfisher.optim.kfac.SupervisedObjective;
import kingfisher.optim.kfac.SupervisedTask;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.DoubleBackend;
import kingfisher.optim.solver.ConjugateGradientSettings;
import kingfisher.optim.solver.StopReason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps against dense solves, equations (12) to (14). */
final class HessianFreeTest {

    private static final long SEED = 20261127;

    /** Solves to rounding, from 0, and goes where that leads. */
    private static final HessianFreeSettings PLAIN = HessianFreeSettings.defaults()
            .withSolver(ConjugateGradientSettings.exact(500, 1e-13))
            .withWarmStart(0)
            .withLineSearch(Optional.empty());

    private static Backend exact() {
        return DoubleBackend.create();
    }

    private static SupervisedTask quadratic() {
        return SupervisedTask.regression(exact(), Activation.IDENTITY, 12, SEED, 6, 2);
    }

    static Stream<SupervisedTask> tasks() {
        return Stream.of(
                quadratic(),
                SupervisedTask.regression(exact(), Activation.TANH, 9, SEED, 4, 5, 2),
                SupervisedTask.classification(exact(), Activation.TANH, 9, SEED, 4, 5, 3));
    }

    private static HessianFree optimizer(SupervisedTask task, HessianFreeSettings settings) {
        return new HessianFree(settings, task.parameters, new GaussNewtonOperator(task.model, task.metrics), null);
    }

    private static double[] solution(HessianFree optimizer) {
        return requireNonNull(optimizer.state().get("solution"));
    }

    @ParameterizedTest
    @MethodSource("tasks")
    void aStepIsTheDampedGaussNewtonStep(SupervisedTask task) {
        double[] start = task.parameters();
        double[] gradient = task.gradient(start);
        double[][] curvature = task.fisher(start);
        for (double damping : new double[] {1e-3, 0.1, 10}) {
            for (double weightDecay : new double[] {0, 0.05}) {
                task.setParameters(start);
                HessianFree optimizer =
                        optimizer(task, PLAIN.withConstantDamping(damping).withWeightDecay(weightDecay));
                StepReport report = optimizer.step(task.objective);
                double[] slope = plus(gradient, weightDecay, start);
                double[] step = times(-1, solve(curvature, damping + weightDecay, slope));
                double penalty = 0.5 * weightDecay * Dense.dot(start, start);
                double[] end = plus(start, 1, step);
                double newLoss = task.loss(end) + 0.5 * weightDecay * Dense.dot(end, end);
                String what = "λ = %s, η = %s, %s".formatted(damping, weightDecay, task.description);
                assertThat(Dense.error(solution(optimizer), step)).as(what).isLessThan(1e-9);
                assertThat(report.loss()).as(what).isCloseTo(task.loss(start) + penalty, within(1e-12));
                assertThat(report.newLoss()).as(what).isCloseTo(newLoss, within(1e-9));
                assertThat(report.accepted()).as(what).isEqualTo(newLoss <= report.loss());
                assertThat(Dense.error(task.parameters(), report.accepted() ? end : start))
                        .as(what)
                        .isLessThan(1e-9);
                assertThat(report.slope()).as(what).isCloseTo(Dense.dot(slope, step), within(1e-9));
                assertThat(report.slope())
                        .as("a descent direction, (6): %s", what)
                        .isNegative();
                assertThat(report.gradientNorm()).isCloseTo(Math.sqrt(Dense.dot(slope, slope)), within(1e-12));
                assertThat(report.stepNorm()).isCloseTo(Math.sqrt(Dense.dot(step, step)), within(1e-8));
                assertThat(report.damping()).isEqualTo(damping);
                assertThat(report.rate()).isEqualTo(1);
                assertThat(report.ratio()).isNull();
                assertThat(report.curvature()).isEqualTo(new CurvatureStatus(1, 0, 0, 0, 0));
                assertThat(requireNonNull(report.solve()).reason()).isEqualTo(StopReason.RESIDUAL);
                assertThat(optimizer.chosenIteration()).isEqualTo(report.solve().iterations());
            }
        }
    }

    @Test
    void aWholeStepReachesTheMinimumOfAQuadraticAsTheDampingVanishes() {
        SupervisedTask task = quadratic();
        double[] start = task.parameters();
        double[][] hessian = task.fisher(start);
        double[] minimum = plus(start, -1, solve(hessian, 0, task.gradient(start)));
        double[] errors = new double[4];
        for (int i = 0; i < errors.length; i++) {
            task.setParameters(start);
            optimizer(task, PLAIN.withConstantDamping(Math.pow(10, -2 - 2 * i))).step(task.objective);
            errors[i] = Dense.error(task.parameters(), minimum);
        }
        assertThat(errors[3]).as(task.description).isLessThan(1e-6);
        for (int i = 1; i < errors.length; i++) {
            assertThat(errors[i - 1] / errors[i])
                    .as("the error is of the order of λ: %s, %s", Arrays.toString(errors), task.description)
                    .isBetween(i == 1 ? 10.0 : 90.0, 110.0);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-4, 1e-2, 0.3, 3, 100})
    void theRatioOfAStepOnAQuadraticIsFromOneToTwoAndLowersTheDamping(double damping) {
        for (Model model : Model.values()) {
            for (double weightDecay : new double[] {0, 0.2}) {
                SupervisedTask task = quadratic();
                double[] start = task.parameters();
                double[] slope = plus(task.gradient(start), weightDecay, start);
                double[][] hessian = task.fisher(start);
                double[] step = times(-1, solve(hessian, damping + weightDecay, slope));
                double undamped = Dense.dot(slope, step)
                        + 0.5 * (form(step, hessian, step) + weightDecay * Dense.dot(step, step));
                double expected = undamped + (model == Model.DAMPED ? 0.5 * damping * Dense.dot(step, step) : 0);
                HessianFree optimizer = optimizer(
                        task,
                        PLAIN.withAdaptiveDamping(damping, new DampingAdaptation(0.5, 1, 1e-8, 1e8, model))
                                .withWeightDecay(weightDecay));
                StepReport report = optimizer.step(task.objective);
                String what = "%s, λ = %s, η = %s, %s".formatted(model, damping, weightDecay, task.description);
                assertThat(report.predictedChange()).as(what).isCloseTo(expected, within(1e-10));
                assertThat(requireNonNull(report.ratio()).value())
                        .as(what)
                        .isCloseTo(undamped / expected, within(1e-7))
                        .isBetween(1 - 1e-7, 2.0);
                assertThat(report.damping()).isEqualTo(damping);
                assertThat(optimizer.damping()).as(what).isEqualTo(damping / 2);
            }
        }
    }

    @Test
    void theDampingChangesWhereItIsDue() {
        SupervisedTask task = quadratic();
        HessianFree optimizer =
                optimizer(task, PLAIN.withAdaptiveDamping(8, new DampingAdaptation(0.5, 3, 1e-8, 1e8, Model.DAMPED)));
        double[] dampings = {8, 8, 8, 4, 4, 4, 2};
        for (int i = 0; i < dampings.length; i++) {
            StepReport report = optimizer.step(task.objective);
            assertThat(report.step()).isEqualTo(i);
            assertThat(report.damping()).as("step %d", i).isEqualTo(dampings[i]);
            assertThat(report.ratio() != null).as("step %d", i).isEqualTo(i % 3 == 2);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.7, 1})
    void aSolveStartsFromAPartOfTheLastSolution(double warmStart) {
        SupervisedTask task = SupervisedTask.regression(exact(), Activation.TANH, 9, SEED, 4, 5, 2);
        double damping = 0.4;
        HessianFree optimizer = optimizer(
                task,
                PLAIN.withSolver(ConjugateGradientSettings.exact(1, 0))
                        .withConstantDamping(damping)
                        .withWarmStart(warmStart));
        double[] last = new double[task.size()];
        for (int i = 0; i < 4; i++) {
            double[] w = task.parameters();
            double[] from = times(warmStart, last);
            double[][] curvature = task.fisher(w);
            double[] residual =
                    plus(plus(times(-1, task.gradient(w)), -1, Dense.multiply(curvature, from)), -damping, from);
            double length = Dense.dot(residual, residual)
                    / (form(residual, curvature, residual) + damping * Dense.dot(residual, residual));
            optimizer.step(task.objective);
            assertThat(Dense.error(solution(optimizer), plus(from, length, residual)))
                    .as("step %d, %s", i, task.description)
                    .isLessThan(1e-10);
            last = solution(optimizer);
        }
    }

    @Test
    void gradientAndCurvatureMayBeOfDifferentBatches() {
        SupervisedTask task = SupervisedTask.regression(exact(), Activation.TANH, 9, SEED, 4, 5, 2);
        NetworkModel other = task.fixture.unused(4);
        HessianFree optimizer = new HessianFree(
                PLAIN.withConstantDamping(0.3), task.parameters, new GaussNewtonOperator(other, task.metrics), null);
        double[] start = task.parameters();
        task.fixture.forward(other, 3);
        optimizer.step(task.objective);
        double[] gradient = task.gradient(start);
        Arrays.fill(task.rowWeights, 0);
        Arrays.fill(task.rowWeights, 3, 7, 1);
        assertThat(Dense.error(solution(optimizer), times(-1, solve(task.fisher(start), 0.3, gradient))))
                .as(task.description)
                .isLessThan(1e-9);
    }

    @Test
    void aStepOfKIterationsCostsTwoKPlusTwoPassesAndOneForEachLossItLooksAt() {
        SupervisedTask task = SupervisedTask.classification(new CpuBackend(), Activation.TANH, 8, SEED, 4, 5, 3);
        CountingModel model = new CountingModel(task.model);
        SupervisedObjective objective = new SupervisedObjective(model, task.metrics);
        objective.setBatch(task.input, List.of(task.targets));
        for (int k : new int[] {1, 7, 20}) {
            HessianFree optimizer = new HessianFree(
                    PLAIN.withSolver(ConjugateGradientSettings.exact(k, 0)).withConstantDamping(10),
                    task.parameters,
                    new GaussNewtonOperator(model, task.metrics),
                    null);
            StepReport report = optimizer.step(objective);
            assertThat(requireNonNull(report.solve()).iterations()).isEqualTo(k);
            assertThat(model.take()).isEqualTo(new CountingModel.Passes(1 + 1, 1, 0, k, k, 0));
        }
    }

    @Test
    void stepsAllocateNothingButReports() {
        SupervisedTask task = SupervisedTask.classification(new CpuBackend(), Activation.TANH, 64, SEED, 10, 30, 30, 5);
        HessianFree optimizer = optimizer(task, HessianFreeSettings.defaults());
        for (int i = 0; i < 5; i++) {
            optimizer.step(task.objective);
        }
        long bytes = Allocations.during(20, () -> optimizer.step(task.objective)) / 20;
        assertThat(bytes).as("of %d parameters", task.size()).isLessThan(1500);
    }

    @Test
    void fitsAFunctionInSinglePrecision() {
        SupervisedTask task = SupervisedTask.regression(new CpuBackend(), Activation.TANH, 64, SEED, 3, 24, 24, 1);
        double[] values = Arrays.stream(task.fixture.inputs)
                .mapToDouble(x -> Math.sin(3 * x[0]) * x[1] + x[2] * x[2])
                .toArray();
        task.objective.setBatch(task.input, List.of(values));
        HessianFree optimizer = optimizer(task, HessianFreeSettings.defaults());
        double[] losses = new double[40];
        for (int i = 0; i < losses.length; i++) {
            losses[i] = optimizer.step(task.objective).loss();
            assertThat(i == 0 || losses[i] <= losses[i - 1])
                    .as("step %d of %s: %s", i, task.description, Arrays.toString(losses))
                    .isTrue();
        }
        assertThat(losses[0]).isGreaterThan(0.1);
        assertThat(losses[losses.length - 1])
                .as("%s: %s", task.description, Arrays.toString(losses))
                .isLessThan(1e-3);
    }
}
