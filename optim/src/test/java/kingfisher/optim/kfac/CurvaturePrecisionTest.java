package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import kingfisher.optim.Allocations;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.curvature.SquaredError;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.linear.SymmetricMatrices;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.DoubleBackend;
import kingfisher.optim.oracle.ModelFixture;
import kingfisher.optim.parallel.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Single precision against double, one worker against two, and what a step allocates. */
final class CurvaturePrecisionTest {

    private static final long SEED = 20261206;
    private static final int ROWS = 32;
    private static final double HALF_A_UNIT = 0x1p-24;
    private static final List<WeightedMetric> METRICS = List.of(new SquaredError(8).weighted(1));

    private static ModelFixture fixture(Backend backend) {
        return ModelFixture.network(backend, Activation.TANH, ROWS, SEED, 24, 32, 16, 8);
    }

    private static KroneckerSettings settings(DampingForm form) {
        return KroneckerSettings.defaults().withEstimator(FisherEstimator.EXACT).withDampingForm(form);
    }

    /**
     * The second layer has more inputs than there are rows: where its factor is singular, rounding it to single precision
     * is an error of half a unit in the last place of its largest eigenvalue, against the damping.
     */
    @ParameterizedTest
    @EnumSource
    void singlePrecisionIsCloseToDouble(DampingForm form) {
        ModelFixture single = fixture(new CpuBackend());
        ModelFixture exact = fixture(DoubleBackend.create());
        double[] gradient = single.uniform(single.size());
        try (KroneckerCurvature inFloat = curvature(single, form);
                KroneckerCurvature inDouble = curvature(exact, form)) {
            inFloat.advance(1, List.of());
            inDouble.advance(1, List.of());
            assertThat(Dense.error(Course.numbers(inFloat), Course.numbers(inDouble)))
                    .as("factors, %s", single.description)
                    .isLessThan(5e-7);
            for (int l = 0; l < 3; l++) {
                for (double ratio : new double[] {1e-1, 1e-3, 1e-4, 1e-5}) {
                    double damping = damping(form, ratio, inDouble.blocks().get(l));
                    inFloat.advance(damping, List.of());
                    inDouble.advance(damping, List.of());
                    double error = Dense.error(
                            Course.part(inFloat.blocks().get(l), precondition(single, inFloat, gradient, damping)),
                            Course.part(inDouble.blocks().get(l), precondition(exact, inDouble, gradient, damping)));
                    assertThat(error)
                            .as("layer %d, damping %s of the largest eigenvalue, %s", l, ratio, single.description)
                            .isLessThan(l == 1 ? 2e-6 + HALF_A_UNIT / ratio : 4e-6);
                }
            }
        }
    }

    /** Below that, products in single precision make noise of the smallest eigenvalues. */
    @Test
    void exactDampingHasAFloorInSinglePrecision() {
        ModelFixture fixture = fixture(new CpuBackend());
        double[] gradient = fixture.uniform(fixture.size());
        try (KroneckerCurvature curvature = curvature(fixture, DampingForm.EXACT)) {
            curvature.advance(1, List.of());
            double[] result = precondition(fixture, curvature, gradient, 1e-30);
            for (CurvatureBlock block : curvature.blocks()) {
                double floor = damping(DampingForm.EXACT, 1e-7, block);
                assertThat(Dense.error(
                                Course.part(block, result),
                                Course.part(block, precondition(fixture, curvature, gradient, floor))))
                        .as("%s, %s", block.covered(), fixture.description)
                        .isLessThan(1e-6);
                assertThat(Course.part(block, precondition(fixture, curvature, gradient, 2 * floor)))
                        .as("above the floor λ counts")
                        .isNotEqualTo(Course.part(block, result));
            }
        }
    }

    private static KroneckerCurvature curvature(ModelFixture fixture, DampingForm form) {
        return new KroneckerCurvature(
                fixture.model(), METRICS, settings(form).withPeriods(1, 1, 0), SEED, new Workers(1));
    }

    /** The λ for which what is added is so small against the largest eigenvalue that it is added to. */
    private static double damping(DampingForm form, double ratio, CurvatureBlock block) {
        double[] a = Course.matrices(block).get(0);
        double[] s = Course.matrices(block).get(1);
        double largest = largest(a) * largest(s);
        if (form == DampingForm.EXACT) {
            return ratio * largest;
        }
        double pi = Math.sqrt(mean(a) / mean(s));
        return Math.pow(ratio * Math.max(largest(a) / pi, largest(s) * pi), 2);
    }

    private static double mean(double[] matrix) {
        int size = (int) Math.sqrt(matrix.length);
        double trace = 0;
        for (int i = 0; i < size; i++) {
            trace += matrix[i * (size + 1)];
        }
        return trace / size;
    }

    private static double largest(double[] matrix) {
        int size = (int) Math.sqrt(matrix.length);
        return SymmetricMatrices.eigen(size, matrix).orElseThrow().values()[size - 1];
    }

    private static double[] precondition(
            ModelFixture fixture, KroneckerCurvature curvature, double[] gradient, double damping) {
        ParameterVector result = fixture.parameters.zerosLike();
        curvature.precondition(fixture.vector(gradient), damping, result);
        return fixture.download(result);
    }

    /** Layers so wide that their products are cut, those with eigenvectors in two rounds; and decompositions in used arrays. */
    @Test
    void theNumberOfWorkersDoesNotMatterForWideLayers() {
        SupervisedTask task = SupervisedTask.regression(new CpuBackend(), Activation.TANH, 40, SEED, 3, 300, 260, 2);
        double[] start = task.parameters();
        for (KroneckerSettings form : Forms.all(4)) {
            KfacSettings settings = KfacSettings.defaults()
                    .withCurvature(form.withPeriods(1, 1, 0))
                    .withConstantDamping(0.1)
                    .withRule(new StepRule.Fixed(0.1, 0.9), Optional.empty());
            double[] alone = start;
            for (int count = 1; count <= 3; count++) {
                task.setParameters(start);
                try (Workers workers = new Workers(count);
                        Kfac kfac = Kfac.of(settings, task.model, task.metrics, SEED, workers)) {
                    for (int step = 0; step < 3; step++) {
                        kfac.step(task.objective);
                    }
                }
                alone = count == 1 ? task.parameters() : alone;
                assertThat(task.parameters())
                        .as("%d threads, %s, seed %d", count, form, SEED)
                        .isEqualTo(alone);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theNumberOfWorkersDoesNotMatter(FisherEstimator estimator) {
        Course course = Course.twoHeads(new CpuBackend(), SEED);
        for (KroneckerSettings form : Forms.all(4)) {
            for (Execution execution : Forms.reproducible(form)) {
                KroneckerSettings settings =
                        form.withEstimator(estimator).withPeriods(1, 3, 2).withExecution(execution, 2);
                try (Workers one = new Workers(1);
                        Workers two = new Workers(2);
                        KroneckerCurvature alone = course.curvature(settings, one);
                        KroneckerCurvature shared = course.curvature(settings, two)) {
                    for (int step = 0; step < 12; step++) {
                        course.advance(alone, step);
                        course.advance(shared, step);
                        String when = "%s, step %d, seed %d".formatted(settings, step, SEED);
                        assertThat(Course.numbers(shared)).as(when).isEqualTo(Course.numbers(alone));
                        assertThat(course.preconditioned(shared, 0.1))
                                .as(when)
                                .isEqualTo(course.preconditioned(alone, 0.1));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStepWithoutADecompositionAllocatesNextToNothing(FisherEstimator estimator) {
        ModelFixture fixture = fixture(new CpuBackend());
        List<double[]> targets = List.of(fixture.uniform(ROWS * 8));
        ParameterVector gradient = fixture.vector(fixture.uniform(fixture.size()));
        ParameterVector result = fixture.parameters.zerosLike();
        for (KroneckerSettings form : Forms.all(15)) {
            KroneckerSettings settings = form.withEstimator(estimator).withPeriods(1, 1_000_000, 1);
            for (boolean weighted : new boolean[] {false, true}) {
                try (KroneckerCurvature curvature =
                        new KroneckerCurvature(fixture.model(), METRICS, settings, SEED, new Workers(1))) {
                    if (weighted) {
                        curvature.rowWeights().set(fixture.random.doubles(ROWS).toArray());
                    }
                    Runnable step = () -> {
                        curvature.advance(0.1, targets);
                        curvature.precondition(gradient, 0.1, result);
                    };
                    Allocations.during(200, step); // until the compiler has removed what does not escape
                    assertThat(Allocations.during(100, step) / 100)
                            .as("bytes a step of %s, with a generator; outputs: %d", form, ROWS * 8 * Float.BYTES)
                            .isLessThan(1000);
                }
            }
        }
    }
}
