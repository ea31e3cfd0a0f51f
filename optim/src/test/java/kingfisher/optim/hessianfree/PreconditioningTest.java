package kingfisher.optim.hessianfree;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.curvature.GaussNewtonOperator;
import kingfisher.optim.kfac.CountingModel;
import kingfisher.optim.kfac.DampingAdaptation;
import kingfisher.optim.kfac.FisherEstimator;
import kingfisher.optim.kfac.KroneckerCurvature;
import kingfisher.optim.kfac.KroneckerInverse;
import kingfisher.optim.kfac.KroneckerSettings;
import kingfisher.optim.kfac.StepReport;
import kingfisher.optim.kfac.SupervisedTask;
import kingfisher.optim.linear.DampedOperator;
import kingfisher.optim.linear.LinearOperator;
import kingfisher.optim.linear.Vectors;
import kingfisher.optim.network.ParameterLayout;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.DoubleBackend;
import kingfisher.optim.solver.ConjugateGradient;
import kingfisher.optim.solver.ConjugateGradientResult;
import kingfisher.optim.solver.ConjugateGradientSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** K-FAC as the preconditioner of the solves (Grosse, "Second-Order Optimization", section 6). */
final class PreconditioningTest {

    private static final long SEED = 20261129;

    private static HessianFreeSettings solvingTo(double relativeResidual) {
        return HessianFreeSettings.defaults()
                .withSolver(ConjugateGradientSettings.exact(2000, relativeResidual))
                .withWarmStart(0)
                .withPreconditionerDamping(1)
                .withLineSearch(Optional.empty());
    }

    private static HessianFree optimizer(
            SupervisedTask task, HessianFreeSettings settings, @Nullable KroneckerCurvature factors) {
        return new HessianFree(settings, task.parameters, new GaussNewtonOperator(task.model, task.metrics), factors);
    }

    private static int iterations(StepReport report) {
        return requireNonNull(report.solve()).iterations();
    }

    @Test
    void forOneLinearLayerUnderSquaredErrorOneIterationIsEnough() {
        SupervisedTask task = SupervisedTask.regression(DoubleBackend.create(), Activation.IDENTITY, 12, SEED, 6, 2);
        double[] start = task.parameters();
        // the inputs, and with them the exact factors, never change, and λ enters late: old decompositions do as well
        for (KroneckerSettings kept : List.of(
                SupervisedTask.freshFactors(), SupervisedTask.freshFactors().withPeriods(20, 20, 0))) {
            for (double weightDecay : new double[] {0, 0.3}) {
                task.setParameters(start);
                HessianFreeSettings settings = solvingTo(1e-9)
                        .withAdaptiveDamping(0.1, DampingAdaptation.everyStep())
                        .withWeightDecay(weightDecay);
                assertThat(iterations(optimizer(task, settings, null).step(task.objective)))
                        .isGreaterThan(4);
                task.setParameters(start);
                try (KroneckerCurvature factors = task.curvature(task.model, kept)) {
                    HessianFree optimizer = optimizer(task, settings, factors);
                    for (int i = 0; i < 4; i++) {
                        double damping = optimizer.damping();
                        StepReport report = optimizer.step(task.objective);
                        assertThat(iterations(report))
                                .as("step %d, η = %s, %s", i, weightDecay, task.description)
                                .isEqualTo(1);
                        assertThat(optimizer.damping()).isLessThan(damping);
                    }
                }
            }
        }
    }

    /** A net of eight layers whose weights scatter, on inputs that are not centred. */
    private static SupervisedTask illConditioned(Backend backend) {
        int rows = 300;
        SupervisedTask task =
                SupervisedTask.classification(backend, Activation.TANH, rows, SEED, 10, 10, 10, 10, 10, 10, 10, 10);
        Matrix input = backend.allocate(rows, 10);
        for (int b = 0; b < rows; b++) {
            backend.upload(
                    Arrays.stream(task.fixture.inputs[b]).map(x -> 3 * (1 + x)).toArray(), input.rowRange(b, 1));
        }
        double[] w = task.parameters();
        for (ParameterLayout.Entry entry : task.parameters.layout().entries()) {
            double scale = entry.rows() == 1 ? 0.1 : 4 / Math.sqrt(entry.rows());
            for (int i = 0; i < entry.rows() * entry.columns(); i++) {
                w[entry.offset() + i] *= scale;
            }
        }
        task.setParameters(w);
        task.objective.setBatch(input, List.of(task.targets));
        return task;
    }

    /**
     * What conjugate gradients lower is the model's value, and there most is saved. The residual weighs directions by their
     * curvature, and needs a preconditioner of more damping: what layers have to do with each other is not in it.
     */
    @Test
    void onADeepNetItSavesIterations() {
        double damping = 1e-4;
        SupervisedTask task = illConditioned(DoubleBackend.create());
        ParameterVector gradient = task.parameters.zerosLike();
        task.objective.evaluate(gradient);
        double[] right = SupervisedTask.times(-1, task.fixture.download(gradient));
        LinearOperator curvature = new DampedOperator(new GaussNewtonOperator(task.model, task.metrics), damping);
        ConjugateGradient solver = new ConjugateGradient(task.size(), ConjugateGradientSettings.exact(5000, 1e-8));
        double minimum = solver.solve(curvature, right, new double[task.size()]).modelValue();
        solver = new ConjugateGradient(task.size(), ConjugateGradientSettings.exact(5000, 1e-3));
        int plain = solver.solve(curvature, right, new double[task.size()]).iterations();
        int plainToValue = iterationsTo(0.99 * minimum, solver);
        try (KroneckerCurvature factors = task.curvature(task.model, SupervisedTask.freshFactors())) {
            factors.advance(damping, task.objective.targets());
            KroneckerInverse inverse = new KroneckerInverse(factors, task.parameters);
            for (double ratio : new double[] {10, 100, 1000}) {
                inverse.setDamping(ratio * damping);
                ConjugateGradientResult result = solver.solve(curvature, inverse, right, new double[task.size()]);
                int toValue = iterationsTo(0.99 * minimum, solver);
                String what = "λ × %s: %d iterations, %d to the value; without preconditioner %d and %d, %s"
                        .formatted(ratio, result.iterations(), toValue, plain, plainToValue, task.description);
                assertThat(toValue).as(what).isLessThan((int) (0.7 * plainToValue));
                assertThat(result.residualNorm()).isLessThanOrEqualTo(1e-3 * Vectors.norm(right));
                if (ratio == 1000) {
                    assertThat(result.iterations()).as(what).isLessThan((int) (0.85 * plain));
                }
            }
        }
    }

    private static int iterationsTo(double value, ConjugateGradient solver) {
        int iterations = 0;
        while (solver.modelValue(iterations) > value) {
            iterations++;
        }
        return iterations;
    }

    @Test
    void factorsAreKeptAcrossSteps() {
        SupervisedTask task = illConditioned(new CpuBackend());
        CountingModel model = new CountingModel(task.model);
        try (KroneckerCurvature factors =
                task.curvature(model, KroneckerSettings.defaults().withPeriods(3, 6, 0))) {
            HessianFree optimizer = new HessianFree(
                    solvingTo(1e-3).withConstantDamping(0.01),
                    task.parameters,
                    new GaussNewtonOperator(model, task.metrics),
                    factors);
            for (int i = 0; i < 8; i++) {
                StepReport report = optimizer.step(task.objective);
                assertThat(model.take().toLayers()).as("step %d", i).isEqualTo(i % 3 == 0 ? 1 : 0);
                assertThat(report.curvature().factorAge()).as("step %d", i).isEqualTo(i % 3);
                assertThat(report.curvature().decompositionAge())
                        .as("step %d", i)
                        .isEqualTo(i % 6);
            }
        }
    }

    @Test
    void theEmpiricalFisherMatrixHasTheTargets() {
        SupervisedTask task = illConditioned(new CpuBackend());
        KroneckerSettings empirical = KroneckerSettings.defaults().withEstimator(FisherEstimator.EMPIRICAL);
        try (KroneckerCurvature factors = task.curvature(task.model, empirical)) {
            assertThat(optimizer(task, HessianFreeSettings.defaults(), factors)
                            .step(task.objective)
                            .accepted())
                    .isTrue();
        }
    }

    @Test
    void thePreconditionerHasItsOwnDamping() {
        SupervisedTask task = SupervisedTask.regression(DoubleBackend.create(), Activation.IDENTITY, 12, SEED, 6, 2);
        double damping = 0.1;
        double[][] fisher = task.fisher(task.parameters());
        double[] gradient = task.gradient(task.parameters());
        // one iteration from 0 goes along P(-∇), which is not the solution unless P has the solve's λ
        double[] direction = SupervisedTask.times(-1, SupervisedTask.solve(fisher, 7 * damping, gradient));
        double curvature =
                SupervisedTask.form(direction, fisher, direction) + damping * Dense.dot(direction, direction);
        double length = -Dense.dot(gradient, direction) / curvature;
        try (KroneckerCurvature factors = task.curvature(task.model, SupervisedTask.freshFactors())) {
            HessianFree optimizer = optimizer(
                    task,
                    solvingTo(0)
                            .withSolver(ConjugateGradientSettings.exact(1, 0))
                            .withConstantDamping(damping)
                            .withPreconditionerDamping(7),
                    factors);
            optimizer.step(task.objective);
            assertThat(Dense.error(
                            requireNonNull(optimizer.state().get("solution")), SupervisedTask.times(length, direction)))
                    .as(task.description)
                    .isLessThan(1e-9);
        }
    }

    @Test
    void wholeRunsLearnAsMuchInSinglePrecision() {
        double[] losses = new double[2];
        int[] iterations = new int[2];
        for (int kind = 0; kind < 2; kind++) {
            SupervisedTask task = illConditioned(new CpuBackend());
            try (KroneckerCurvature factors = task.curvature(
                    task.model,
                    KroneckerSettings.defaults().withFactorDecay(0.5).withPeriods(1, 1, 0))) {
                HessianFree optimizer = optimizer(task, HessianFreeSettings.defaults(), kind == 0 ? null : factors);
                for (int i = 0; i < 30; i++) {
                    StepReport report = optimizer.step(task.objective);
                    losses[kind] = report.newLoss();
                    iterations[kind] += iterations(report);
                }
            }
        }
        String what = "losses %s, iterations %s, without and with K-FAC, seed %d"
                .formatted(Arrays.toString(losses), Arrays.toString(iterations), SEED);
        assertThat(losses[1]).as(what).isLessThan(1.1 * losses[0]).isLessThan(Math.log(10));
    }
}
