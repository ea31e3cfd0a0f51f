package kingfisher.optim.newton;

import static kingfisher.optim.linear.Dense.add;
import static kingfisher.optim.linear.Dense.assertClose;
import static kingfisher.optim.linear.Dense.multiply;
import static kingfisher.optim.linear.Dense.scale;
import static kingfisher.optim.linear.Dense.times;
import static kingfisher.optim.linear.Dense.transpose;
import static kingfisher.optim.linear.Dense.uniform;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import kingfisher.optim.linear.Decomposition.Failed;
import kingfisher.optim.linear.Decomposition.Reason;
import kingfisher.optim.linear.Dense;
import kingfisher.optim.linear.SymmetricMatrices;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;

/** Equations (7) to (9), and what follows for gradient descent and Newton's method. */
final class ReparametrizationTest {

    private static final long SEED = 20261127;
    private static final int SIZE = 6;
    private static final String WHERE = "seed " + SEED;

    private final UniformRandomProvider random = Dense.random(SEED);
    private final double[] r = uniform(SIZE * SIZE, random);
    private final double[] b = uniform(SIZE, random);
    private final Reparametrization coordinates = new Reparametrization(r, b);
    private final Functions.Rosenbrock cost = new Functions.Rosenbrock(SIZE);
    private final SmoothFunction transformed = coordinates.function(cost);

    @Test
    void pointsAndGradientsAreTransformed() {
        double[] w = uniform(SIZE, random);
        double[] point = new double[SIZE];
        coordinates.toPoint(w, point);
        assertClose(WHERE, point, add(times(r, w), b), 1e-14);
        assertThat(transformed.value(w)).isEqualTo(cost.value(point));
        assertThat(transformed.size()).isEqualTo(SIZE);
        double[] gradient = new double[SIZE];
        assertThat(transformed.value(w, gradient)).isEqualTo(cost.value(point));
        double[] original = new double[SIZE];
        cost.value(point, original);
        double[] chained = new double[SIZE];
        coordinates.toCoordinateGradient(original, chained);
        assertClose(WHERE, chained, times(transpose(SIZE, SIZE, r), original), 1e-14);
        assertThat(gradient).containsExactly(chained);
        for (int i = 0; i < SIZE; i++) {
            double h = 1e-6;
            double[] up = w.clone();
            double[] down = w.clone();
            up[i] += h;
            down[i] -= h;
            assertThat((transformed.value(up) - transformed.value(down)) / (2 * h))
                    .as(WHERE)
                    .isCloseTo(gradient[i], within(1e-6 * Dense.norm(gradient)));
        }
    }

    @Test
    void descentInTheCoordinatesIsPreconditionedDescent() {
        double rate = 1e-4;
        double[] inCoordinates = new double[SIZE];
        double[] preconditioned = b.clone();
        double[] preconditioner = multiply(SIZE, SIZE, SIZE, r, transpose(SIZE, SIZE, r));
        assertClose(WHERE, coordinates.preconditioner().toDense(), preconditioner, 1e-14);
        double[] gradient = new double[SIZE];
        double[] point = new double[SIZE];
        double[] step = new double[SIZE];
        for (int i = 0; i < 50; i++) {
            coordinates.toPoint(inCoordinates, point);
            assertClose(WHERE, point, preconditioned, 1e-12);
            transformed.value(inCoordinates, gradient);
            inCoordinates = add(inCoordinates, scale(-rate, gradient));
            cost.value(preconditioned, gradient);
            coordinates.preconditioner().apply(gradient, step);
            preconditioned = add(preconditioned, scale(-rate, step));
        }
        assertThat(Dense.error(preconditioned, b)).as("it moves").isGreaterThan(1e-2);
    }

    @Test
    void theCurvatureInTheCoordinatesIsThatOfTheFunctionThere() {
        double[] h = Dense.covariance(SIZE, 2 * SIZE, random);
        Functions.Quadratic quadratic = new Functions.Quadratic(h, uniform(SIZE, random));
        SmoothFunction there = coordinates.function(quadratic);
        double[] zero = new double[SIZE];
        double[] atZero = new double[SIZE];
        there.value(zero, atZero);
        double[] curvature = coordinates.curvature(h).toDense();
        for (int i = 0; i < SIZE; i++) {
            double[] unit = new double[SIZE];
            unit[i] = 1;
            double[] atUnit = new double[SIZE];
            there.value(unit, atUnit);
            for (int j = 0; j < SIZE; j++) {
                assertThat(curvature[j * SIZE + i]).as(WHERE).isCloseTo(atUnit[j] - atZero[j], within(1e-13));
            }
        }
    }

    @Test
    void inTheCoordinatesOfTheDampedInverseTheSpectrumIsFlatAboveTheDamping() {
        double[] h = Dense.covariance(SIZE, 2 * SIZE, random);
        double[] values = SymmetricMatrices.eigen(SIZE, h).orElseThrow().values();
        for (double damping : new double[] {0, 1e-3, 0.1, 10}) {
            Reparametrization whitening =
                    Reparametrization.whitening(SIZE, h, damping).orElseThrow();
            double[] spectrum = SymmetricMatrices.eigen(
                            SIZE, whitening.curvature(h).toDense())
                    .orElseThrow()
                    .values();
            for (int i = 0; i < SIZE; i++) {
                assertThat(spectrum[i])
                        .as("%s, η = %s", WHERE, damping)
                        .isCloseTo(values[i] / (values[i] + damping), within(1e-12));
            }
            double[] damped = add(h, scale(damping, Dense.identity(SIZE)));
            assertClose(
                    WHERE,
                    multiply(SIZE, SIZE, SIZE, whitening.preconditioner().toDense(), damped),
                    Dense.identity(SIZE),
                    1e-11);
            double[] origin = new double[SIZE];
            whitening.toPoint(new double[SIZE], origin);
            assertThat(origin).containsOnly(0);
            assertThat(whitening.size()).isEqualTo(SIZE);
        }
    }

    @Test
    void dampingEvensTheRatesAtWhichDescentConverges() {
        double[] h = Dense.diagonal(1e-4, 1e-2, 1, 100);
        double damping = 0.01;
        Reparametrization whitening = Reparametrization.whitening(4, h, damping).orElseThrow();
        double[] w = {1, 1, 1, 1}; // w̃, so that every error begins with 1
        SmoothFunction there = whitening.function(new Functions.Quadratic(h, new double[4]));
        double[] gradient = new double[4];
        for (int i = 0; i < 20; i++) {
            there.value(w, gradient);
            w = add(w, scale(-0.5, gradient));
        }
        for (int i = 0; i < 4; i++) {
            double value = h[i * 5];
            assertThat(w[i]).isCloseTo(Math.pow(1 - 0.5 * value / (value + damping), 20), within(1e-12));
        }
        assertThat(w[3]).as("ν ≫ η").isLessThan(1e-5);
        assertThat(w[0]).as("ν ≪ η").isGreaterThan(0.9);
    }

    /** Section 2.3: undamped Newton steps are the same in any coordinates, damped ones are not. */
    @Test
    void undampedNewtonDoesNotDependOnTheCoordinates() {
        double[] h = Dense.covariance(SIZE, 2 * SIZE, random);
        double[] gradient = uniform(SIZE, random);
        double[] there = new double[SIZE];
        coordinates.toCoordinateGradient(gradient, there);
        for (double damping : new double[] {0, 0.5}) {
            double[] step = new double[SIZE];
            double[] stepThere = new double[SIZE];
            QuadraticApproximation.of(gradient, h).orElseThrow().solve(damping, step);
            QuadraticApproximation.of(there, coordinates.curvature(h).toDense())
                    .orElseThrow()
                    .solve(damping, stepThere);
            double error = Dense.error(times(r, stepThere), step);
            if (damping == 0) {
                assertThat(error).as(WHERE).isLessThan(1e-9);
            } else {
                assertThat(error).as(WHERE).isGreaterThan(1e-2);
            }
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertThat(Reparametrization.whitening(2, Dense.diagonal(1, -1), 1))
                .isEqualTo(new Failed<>(Reason.NOT_POSITIVE_DEFINITE));
        assertThat(Reparametrization.whitening(2, Dense.diagonal(1, -1), 1.1)).isNotInstanceOf(Failed.class);
        assertThat(Reparametrization.whitening(2, Dense.diagonal(1, Double.NaN), 1))
                .isEqualTo(new Failed<>(Reason.NOT_FINITE));
        assertThatThrownBy(() -> new Reparametrization(new double[3], new double[2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("matrix: expected size 4, found 3");
        assertThatThrownBy(() -> coordinates.function(new Functions.Rosenbrock(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("function: expected size 6, found 2");
        assertThatThrownBy(() -> coordinates.curvature(new double[4]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("hessian: expected size 36, found 4");
    }
}
