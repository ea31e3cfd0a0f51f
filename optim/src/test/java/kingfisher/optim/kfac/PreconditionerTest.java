package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.linear.Dense;
import kingfisher.optim.network.ParameterLayout;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.oracle.DoubleBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Preconditioned gradients against dense solves with the factors that the blocks report. */
final class PreconditionerTest {

    private static final long SEED = 20261130;

    private final Backend oracle = DoubleBackend.create();
    private final Course course = Course.twoHeads(oracle, SEED);

    private static KroneckerSettings settings(DampingForm form) {
        return KroneckerSettings.defaults()
                .withEstimator(FisherEstimator.EXACT)
                .withDampingForm(form)
                .withFactorDecay(0)
                .withPeriods(1, 3, 0);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-8, 1e-4, 1, 1e4})
    void exactDampingIsTheDenseSolve(double damping) {
        try (KroneckerCurvature curvature = course.curvature(settings(DampingForm.EXACT))) {
            course.go(0);
            curvature.advance(1, course.targets);
            double[] result = course.preconditioned(curvature, damping);
            assertThat(curvature.blocks()).hasSize(5);
            for (CurvatureBlock block : curvature.blocks()) {
                double[] matrix = damped(dense(block), damping);
                // the conditioning of the dense solve is the limit where factors of few rows have no full rank
                double bound = Math.max(1e-12, 1e-15 * largest(matrix) / damping);
                Dense.assertClose(
                        "%s, λ = %s, seed %d".formatted(block.covered(), damping, SEED),
                        Course.part(block, result),
                        Dense.solve(matrix, Course.part(block, course.gradient)),
                        bound);
            }
        }
    }

    @Test
    void factorsOfFewRowsHaveNoFullRank() {
        // of six rows, no layer's inputs have more than six independent ones; the trunk's have weights of three
        try (KroneckerCurvature curvature = course.curvature(settings(DampingForm.EXACT))) {
            curvature.rowWeights().set(new double[] {1, 0, 2, 0, 0, 0});
            course.go(0);
            curvature.advance(1, course.targets);
            for (CurvatureBlock block : curvature.blocks().subList(0, 4)) {
                int m = Course.matrices(block).get(0).length;
                assertThat(m).isGreaterThanOrEqualTo(16);
                assertThat(Dense.determinant(
                                (int) Math.sqrt(m), Course.matrices(block).get(0)))
                        .as("%s, seed %d", block.covered(), SEED)
                        .isLessThan(1e-15);
            }
            for (double damping : new double[] {1e-8, 1e-4, 1, 1e4}) {
                double[] result = course.preconditioned(curvature, damping);
                for (CurvatureBlock block : curvature.blocks()) {
                    double[] matrix = damped(dense(block), damping);
                    Dense.assertClose(
                            "%s, λ = %s, seed %d".formatted(block.covered(), damping, SEED),
                            Course.part(block, result),
                            Dense.solve(matrix, Course.part(block, course.gradient)),
                            Math.max(1e-12, 1e-15 * largest(matrix) / damping));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-8, 1e-4, 1, 1e4})
    void factoredDampingIsTheDenseKroneckerProductOfDampedFactors(double damping) {
        try (KroneckerCurvature curvature = course.curvature(settings(DampingForm.FACTORED))) {
            course.go(0);
            curvature.advance(damping, course.targets);
            double[] result = course.preconditioned(curvature, damping);
            for (CurvatureBlock block : curvature.blocks().subList(0, 4)) {
                double[] matrix = factoredDamping(block, damping);
                Dense.assertClose(
                        "%s, λ = %s, seed %d".formatted(block.covered(), damping, SEED),
                        Course.part(block, result),
                        Dense.solve(matrix, Course.part(block, course.gradient)),
                        Math.max(1e-12, 1e-15 * largest(matrix) / damping));
            }
            CurvatureBlock row = curvature.blocks().get(4);
            Dense.assertClose(
                    "the row block is damped exactly",
                    Course.part(row, result),
                    Dense.solve(damped(dense(row), damping), Course.part(row, course.gradient)),
                    1e-12);
        }
    }

    @Test
    void vectorsAreTheLayersMatricesRowByRowWithTheBiasLast() {
        try (KroneckerCurvature curvature = course.curvature(settings(DampingForm.EXACT))) {
            course.go(0);
            curvature.advance(1, course.targets);
            double[] result = course.preconditioned(curvature, 0.01);
            ParameterLayout layout = course.fixture.parameters.layout();
            CurvatureBlock block = curvature.blocks().get(0);
            double[] a = Course.matrices(block).get(0); // [5 × 5] of four inputs and the bias
            double[] s = Course.matrices(block).get(1); // [5 × 5] of five outputs
            List<Integer> places = new ArrayList<>(); // of input m and output n, by the names of the layout
            for (int m = 0; m < 5; m++) {
                ParameterLayout.Entry entry =
                        layout.entries().get(layout.index(m < 4 ? "hidden.0.weight" : "hidden.0.bias"));
                for (int n = 0; n < 5; n++) {
                    places.add(entry.offset() + (m < 4 ? 5 * m : 0) + n);
                }
            }
            double[] gradient =
                    places.stream().mapToDouble(i -> course.gradient[i]).toArray();
            double[] actual = places.stream().mapToDouble(i -> result[i]).toArray();
            double[] expected = Dense.solve(damped(Dense.kronecker(5, a, 5, s), 0.01), gradient);
            double[] swapped = Dense.solve(damped(Dense.kronecker(5, s, 5, a), 0.01), gradient);
            assertThat(a[24]).as("the bias is the last input").isEqualTo(1);
            Dense.assertClose("(A ⊗ S + λ)⁻¹, seed " + SEED, actual, expected, 1e-12);
            assertThat(Dense.error(actual, swapped)).as("not (S ⊗ A + λ)⁻¹").isGreaterThan(0.1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyBlockDescends(DampingForm form) {
        try (KroneckerCurvature curvature = course.curvature(settings(form))) {
            for (double damping : new double[] {1e-8, 1e-3, 1, 1e4}) {
                course.go(0);
                curvature.advance(damping, course.targets);
                for (int draw = 0; draw < 20; draw++) {
                    double[] gradient = course.fixture.uniform(course.fixture.size());
                    double[] result = course.preconditioned(curvature, gradient, damping);
                    for (CurvatureBlock block : curvature.blocks()) {
                        assertThat(Dense.dot(Course.part(block, gradient), Course.part(block, result)))
                                .as("%s, λ = %s, draw %d, seed %d", block.covered(), damping, draw, SEED)
                                .isPositive();
                    }
                }
            }
        }
    }

    @Test
    void exactDampingIsThatOfTheStepAndFactoredDampingThatOfTheDecomposition() {
        try (KroneckerCurvature exact = course.curvature(settings(DampingForm.EXACT));
                KroneckerCurvature factored = course.curvature(settings(DampingForm.FACTORED))) {
            course.go(0);
            exact.advance(1, course.targets);
            factored.advance(1, course.targets);
            List<CurvatureBlock> layers = exact.blocks().subList(0, 4);
            double[] late = course.preconditioned(exact, 0.01);
            double[] kept = course.preconditioned(factored, 0.01);
            for (int l = 0; l < 4; l++) {
                CurvatureBlock block = layers.get(l);
                double[] gradient = Course.part(block, course.gradient);
                Dense.assertClose(
                        "λ of the step, seed " + SEED,
                        Course.part(block, late),
                        Dense.solve(damped(dense(block), 0.01), gradient),
                        1e-11);
                Dense.assertClose(
                        "λ of the decomposition, seed " + SEED,
                        Course.part(block, kept),
                        Dense.solve(factoredDamping(block, 1), gradient),
                        1e-12);
            }
            // the next step has no decomposition, the third has
            for (int step = 1; step <= 2; step++) {
                factored.advance(0.01, course.targets);
                assertThat(Course.part(layers.get(0), course.preconditioned(factored, 0.01)))
                        .isEqualTo(Course.part(layers.get(0), kept));
            }
            factored.advance(0.01, course.targets);
            assertThat(Dense.error(
                            Course.part(layers.get(0), course.preconditioned(factored, 0.01)),
                            Course.part(layers.get(0), kept)))
                    .isGreaterThan(0.1);
        }
    }

    @Test
    void largeDampingLeavesTheGradientsDirection() {
        try (KroneckerCurvature curvature = course.curvature(settings(DampingForm.EXACT))) {
            course.go(0);
            curvature.advance(1, course.targets);
            double[] result = course.preconditioned(curvature, 1e12);
            Dense.assertClose("λu", Dense.scale(1e12, result), course.gradient, 1e-10);
        }
    }

    @Test
    void theGradientIsLeftAlone() {
        try (KroneckerCurvature curvature = course.curvature(settings(DampingForm.EXACT))) {
            course.go(0);
            curvature.advance(1, course.targets);
            ParameterVector gradient = course.fixture.vector(course.gradient);
            curvature.precondition(gradient, 1, course.fixture.parameters.zerosLike());
            assertThat(course.fixture.download(gradient)).isEqualTo(course.gradient);
        }
    }

    @ParameterizedTest
    @EnumSource
    void thereIsNothingToPreconditionWithBeforeTheFirstStep(DampingForm form) {
        try (KroneckerCurvature curvature = course.curvature(settings(form))) {
            assertThatThrownBy(() -> course.preconditioned(curvature, 1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("layer hidden.0 has no decomposition yet");
        }
    }

    /** A ⊗ S, or the matrix of a row block. */
    private static double[] dense(CurvatureBlock block) {
        List<double[]> matrices = Course.matrices(block);
        return matrices.size() == 1
                ? matrices.get(0)
                : Dense.kronecker(size(matrices.get(0)), matrices.get(0), size(matrices.get(1)), matrices.get(1));
    }

    private static double[] factoredDamping(CurvatureBlock block, double damping) {
        double[] a = Course.matrices(block).get(0);
        double[] s = Course.matrices(block).get(1);
        if (s.length == 1) {
            return damped(Dense.kronecker(size(a), a, 1, s), damping); // exact, as a number needs no split
        }
        double pi = Math.sqrt(trace(a) / size(a) / (trace(s) / size(s)));
        return Dense.kronecker(
                size(a), damped(a, pi * Math.sqrt(damping)), size(s), damped(s, Math.sqrt(damping) / pi));
    }

    private static double[] damped(double[] matrix, double damping) {
        return Dense.add(matrix, Dense.scale(damping, Dense.identity(size(matrix))));
    }

    private static double trace(double[] matrix) {
        double trace = 0;
        for (int i = 0; i < size(matrix); i++) {
            trace += matrix[i * (size(matrix) + 1)];
        }
        return trace;
    }

    private static double largest(double[] matrix) {
        double largest = 0;
        for (double element : matrix) {
            largest = Math.max(largest, Math.abs(element));
        }
        return largest * size(matrix);
    }

    private static int size(double[] matrix) {
        return (int) Math.round(Math.sqrt(matrix.length));
    }
}
