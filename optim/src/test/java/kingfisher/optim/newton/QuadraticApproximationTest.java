package kingfisher.optim.newton;

import static kingfisher.optim.linear.Dense.add;
import static kingfisher.optim.linear.Dense.assertClose;
import static kingfisher.optim.linear.Dense.dot;
import static kingfisher.optim.linear.Dense.norm;
import static kingfisher.optim.linear.Dense.scale;
import static kingfisher.optim.linear.Dense.times;
import static kingfisher.optim.linear.Dense.uniform;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import kingfisher.optim.linear.Decomposition.Failed;
import kingfisher.optim.linear.Decomposition.Reason;
import kingfisher.optim.linear.Dense;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Equations (1) to (6) against plain loops and elimination. */
final class QuadraticApproximationTest {

    private static final long SEED = 20261126;
    private static final int SIZE = 7;
    private static final String WHERE = "seed " + SEED;

    private final UniformRandomProvider random = Dense.random(SEED);
    private final double[] gradient = uniform(SIZE, random);
    private final double[] convex = Dense.covariance(SIZE, 2 * SIZE, random);
    private final double[] indefinite = add(convex, scale(-0.3, Dense.identity(SIZE)));

    private static QuadraticApproximation of(double[] gradient, double[] matrix) {
        return QuadraticApproximation.of(gradient, matrix).orElseThrow();
    }

    @Test
    void changeAndGradientAreThoseOfTheTaylorPolynomial() {
        QuadraticApproximation approximation = of(gradient, indefinite);
        double[] step = uniform(SIZE, random);
        double[] predicted = new double[SIZE];
        approximation.gradient(step, predicted);
        assertClose(WHERE, predicted, add(gradient, times(indefinite, step)), 1e-14);
        assertThat(approximation.change(step))
                .isCloseTo(dot(gradient, step) + 0.5 * dot(step, times(indefinite, step)), within(1e-14));
        assertThat(approximation.size()).isEqualTo(SIZE);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1e-3, 1, 100})
    void theStepSolvesTheDampedSystem(double damping) {
        for (double[] matrix : new double[][] {convex, indefinite}) {
            double[] damped = add(matrix, scale(damping, Dense.identity(SIZE)));
            double[] step = new double[SIZE];
            assertThat(of(gradient, matrix).solve(damping, step)).isTrue();
            assertClose(WHERE, step, scale(-1, Dense.solve(damped, gradient)), 1e-11);
        }
    }

    @Test
    void newtonsStepMakesThePredictedGradientZero() {
        QuadraticApproximation approximation = of(gradient, convex);
        double[] step = new double[SIZE];
        double[] predicted = new double[SIZE];
        approximation.solve(0, step);
        approximation.gradient(step, predicted);
        assertThat(norm(predicted)).as(WHERE).isLessThan(1e-12);
        assertThat(approximation.change(step)).isCloseTo(0.5 * dot(gradient, step), within(1e-12));
    }

    @Test
    void theDampedStepMinimizesWhereTheDampedMatrixIsPositiveDefinite() {
        QuadraticApproximation approximation = of(gradient, indefinite);
        double smallest = approximation.eigenvalues()[0];
        assertThat(smallest).isNegative();
        assertThat(approximation.isConvex(-0.9 * smallest)).isFalse();
        assertThat(approximation.isConvex(-1.1 * smallest)).isTrue();
        assertThat(approximation.isConvex(-smallest)).as("singular").isFalse();
        double damping = -1.5 * smallest;
        double[] step = new double[SIZE];
        approximation.solve(damping, step);
        double least = approximation.change(step) + 0.5 * damping * dot(step, step);
        for (int trial = 0; trial < 50; trial++) {
            double[] other = add(step, scale(0.1, uniform(SIZE, random)));
            assertThat(approximation.change(other) + 0.5 * damping * dot(other, other))
                    .as("%s, trial %d", WHERE, trial)
                    .isGreaterThan(least);
        }
    }

    @Test
    void dampingStretchesNoDirectionByMoreThanItsInverse() {
        double[] values = {1e-6, 1e-2, 1, 1e4};
        double damping = 0.01;
        double[] step = new double[4];
        double[] ones = {1, 1, 1, 1};
        of(ones, Dense.diagonal(values)).solve(damping, step);
        for (int i = 0; i < 4; i++) {
            assertThat(-step[i]).isCloseTo(1 / (values[i] + damping), within(1e-12 / damping));
            assertThat(-step[i]).isLessThanOrEqualTo(1 / damping);
        }
        of(ones, Dense.diagonal(values)).solve(0, step);
        assertThat(-step[0]).isCloseTo(1e6, within(1e-6));
    }

    @Test
    void aPositiveDefiniteDampedMatrixGivesADescentDirection() {
        double[] semidefinite =
                Dense.covariance(SIZE, 3, random); // of rank 3, as a Gauss-Newton matrix of few examples
        for (double damping : new double[] {1e-4, 1, 1e4}) {
            double[] step = new double[SIZE];
            assertThat(of(gradient, semidefinite).solve(damping, step)).isTrue();
            assertThat(dot(gradient, step)).as(WHERE).isNegative();
        }
    }

    @Test
    void aSingularMatrixHasNoStep() {
        double[] step = new double[SIZE];
        Arrays.fill(step, 5);
        QuadraticApproximation approximation = of(gradient, Dense.covariance(SIZE, 3, random));
        assertThat(approximation.solve(0, step)).isFalse();
        assertThat(step).containsOnly(0);
        assertThat(of(new double[] {1}, new double[] {0}).solve(0, new double[1]))
                .isFalse();
        assertThat(of(new double[] {1}, new double[] {-2}).solve(2, new double[1]))
                .isFalse();
        assertThat(approximation.solve(1e-9, step)).isTrue();
    }

    @Test
    void whatIsNotFiniteHasNoDecomposition() {
        double[] broken = convex.clone();
        broken[3] = Double.NaN;
        assertThat(QuadraticApproximation.of(gradient, broken)).isEqualTo(new Failed<>(Reason.NOT_FINITE));
        assertThatThrownBy(() -> QuadraticApproximation.of(new double[2], convex))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void itKeepsCopies() {
        double[] g = gradient.clone();
        double[] c = convex.clone();
        QuadraticApproximation approximation = of(g, c);
        double[] expected = new double[SIZE];
        approximation.solve(1, expected);
        Arrays.fill(g, 0);
        Arrays.fill(c, 0);
        approximation.eigenvalues()[0] = 99;
        double[] step = new double[SIZE];
        approximation.solve(1, step);
        assertThat(step).isEqualTo(expected);
        assertThat(approximation.change(new double[SIZE])).isZero();
    }
}
