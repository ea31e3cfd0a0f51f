package kingfisher.optim.newton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.curvature.GaussNewtonOperator;
import kingfisher.optim.curvature.HessianOperator;
import kingfisher.optim.curvature.SquaredError;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.kfac.SupervisedObjective;
import kingfisher.optim.linear.Dense;
import kingfisher.optim.linear.DenseOperator;
import kingfisher.optim.linear.LinearOperator;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.oracle.DoubleBackend;
import kingfisher.optim.oracle.ModelFixture;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;

/** Newton's and the Gauss-Newton method, damped and not, on problems whose course is known. */
final class DampedNewtonTest {

    private static final long SEED = 20261126;

    @Test
    void undampedStepsFromAVeryWrongPredictionAreExponentiallyLong() {
        for (double z : new double[] {-3, -6, -12}) {
            double[] point = {z};
            NewtonStep step = new DampedNewton(Functions.logistic(0)).step(0, point);
            double exact = Functions.sigmoid(-z) / (Functions.sigmoid(z) * Functions.sigmoid(-z));
            assertThat(point[0] - z).isCloseTo(exact, within(1e-9 * exact));
            assertThat(step.stepNorm() / Math.exp(-z)).isBetween(1.0, 1 + 1.1 * Math.exp(z));
            assertThat(step.value()).isCloseTo(Math.log(1 + Math.exp(-z)), within(1e-12));
            assertThat(step.gradientNorm()).isCloseTo(Functions.sigmoid(-z), within(1e-15));
            assertThat(step.smallestEigenvalue())
                    .isCloseTo(Functions.sigmoid(z) * Functions.sigmoid(-z), within(1e-15));
            assertThat(step.predictedChange())
                    .isCloseTo(-0.5 * Functions.sigmoid(-z) / Functions.sigmoid(z), within(1e-9 * exact));
        }
    }

    /** One example in a hundred has the other label, so the minimum is where σ(-z) = σ(z)/100: at log 100. */
    @Test
    void theUndampedMethodOvershootsWhereTheDampedOneConverges() {
        CurvedFunction cost = Functions.logistic(0.01);
        DampedNewton newton = new DampedNewton(cost);
        double[] undamped = {-10};
        double[] damped = {-10};
        double before = cost.value(undamped);
        newton.step(0, undamped);
        assertThat(cost.value(undamped)).isGreaterThan(10 * before);
        double value = before;
        for (int i = 0; i < 400; i++) {
            NewtonStep step = newton.step(0.25, damped); // no curvature is larger, so no step is too long
            assertThat(step.value()).as("step %d", i).isLessThanOrEqualTo(value);
            value = step.value();
        }
        assertThat(damped[0]).isCloseTo(Math.log(100), within(1e-6));
        NewtonStep stuck = newton.step(0, undamped);
        assertThat(stuck.taken()).as("there is no curvature out there").isFalse();
        assertThat(stuck.stepNorm()).isZero();
        assertThat(stuck.predictedChange()).isZero();
    }

    @Test
    void aQuadraticIsMinimizedInOneStep() {
        UniformRandomProvider random = Dense.random(SEED);
        Functions.Quadratic quadratic =
                new Functions.Quadratic(Dense.covariance(6, 12, random), Dense.uniform(6, random));
        double[] point = Dense.uniform(6, random);
        double before = quadratic.value(point);
        NewtonStep step = new DampedNewton(quadratic).step(0, point);
        Dense.assertClose("seed " + SEED, point, quadratic.minimum(), 1e-11);
        assertThat(step.taken()).isTrue();
        assertThat(step.predictedChange()).isCloseTo(quadratic.value(point) - before, within(1e-12));
    }

    @Test
    void digitsDoubleNearAMinimum() {
        CurvedFunction cost = Functions.logistic(0.5);
        double minimum = Math.log(2);
        double[] point = {0.2};
        DampedNewton newton = new DampedNewton(cost);
        List<Double> errors = new ArrayList<>();
        while (errors.isEmpty() || errors.get(errors.size() - 1) > 1e-7) {
            errors.add(Math.abs(point[0] - minimum));
            newton.step(0, point);
        }
        assertThat(errors.size()).isLessThan(6);
        for (int i = 1; i < errors.size(); i++) {
            assertThat(errors.get(i)).isLessThan(Math.pow(errors.get(i - 1), 2));
        }
    }

    /** {@code ½(uv - 1)²} has a saddle at 0 and minima where uv = 1; its Gauss-Newton matrix is (v, u)(v, u)ᵀ. */
    private record Product(boolean gaussNewton) implements CurvedFunction {

        @Override
        public int size() {
            return 2;
        }

        @Override
        public double value(double[] x) {
            return 0.5 * Math.pow(x[0] * x[1] - 1, 2);
        }

        @Override
        public double value(double[] x, double[] gradient) {
            double residual = x[0] * x[1] - 1;
            gradient[0] = residual * x[1];
            gradient[1] = residual * x[0];
            return value(x);
        }

        @Override
        public double value(double[] x, double[] gradient, double[] curvature) {
            double both = x[0] * x[1];
            double cross = gaussNewton ? both : 2 * both - 1;
            double[] matrix = {x[1] * x[1], cross, cross, x[0] * x[0]};
            System.arraycopy(matrix, 0, curvature, 0, 4);
            return value(x, gradient);
        }
    }

    @Test
    void newtonWalksIntoASaddleAndGaussNewtonDoesNot() {
        double[] newton = {0.2, 0.1};
        double[] gaussNewton = {0.2, 0.1};
        NewtonStep last = new DampedNewton(new Product(false)).step(0, newton);
        NewtonStep lastOfOther = new DampedNewton(new Product(true)).step(0.01, gaussNewton);
        assertThat(last.smallestEigenvalue()).isNegative();
        assertThat(lastOfOther.smallestEigenvalue()).isCloseTo(0, within(1e-15));
        for (int i = 0; i < 30; i++) {
            last = new DampedNewton(new Product(false)).step(0, newton);
            lastOfOther = new DampedNewton(new Product(true)).step(0.01, gaussNewton);
        }
        assertThat(newton).containsExactly(new double[] {0, 0}, within(1e-12));
        assertThat(last.value()).isEqualTo(0.5);
        assertThat(last.smallestEigenvalue()).isCloseTo(-1, within(1e-12));
        assertThat(gaussNewton[0] * gaussNewton[1]).isCloseTo(1, within(1e-6));
        assertThat(lastOfOther.value()).isLessThan(1e-12);
    }

    /** A linear network with a hidden unit; without weights its output is the mean target, a saddle of the loss. */
    @Test
    void soItIsInANetwork() {
        NetworkTask task = new NetworkTask();
        double[] start = {0.02, 0, 0.03, 1};
        double[] newton = start.clone();
        double[] gaussNewton = start.clone();
        DampedNewton byHessian = new DampedNewton(task.function(new HessianOperator(task.model, task.metrics)));
        DampedNewton byGaussNewton = new DampedNewton(task.function(new GaussNewtonOperator(task.model, task.metrics)));
        NewtonStep last = byHessian.step(1e-9, newton);
        for (int i = 0; i < 20; i++) {
            last = byHessian.step(1e-9, newton);
        }
        assertThat(last.gradientNorm()).isLessThan(1e-10);
        assertThat(last.smallestEigenvalue()).as("a saddle").isLessThan(-0.1);
        assertThat(last.value()).isCloseTo(task.variance / 2, within(1e-10));
        for (int i = 0; i < 100; i++) {
            last = byGaussNewton.step(0.01, gaussNewton);
            assertThat(last.smallestEigenvalue()).isGreaterThan(-1e-12);
        }
        assertThat(last.value()).isLessThan(1e-10);
    }

    private static final class NetworkTask {
        final ModelFixture fixture =
                ModelFixture.network(DoubleBackend.create(), Activation.IDENTITY, 4, SEED, 1, 1, 1);
        final NetworkModel model = fixture.unused(4);
        final List<WeightedMetric> metrics = List.of(new SquaredError(1).weighted(1));
        final SupervisedObjective objective = new SupervisedObjective(model, metrics);
        final double variance = 5;

        NetworkTask() {
            Matrix input = fixture.backend.allocate(4, 1);
            fixture.backend.upload(new double[] {-1.5, -0.5, 0.5, 1.5}, input);
            objective.setBatch(input, List.of(new double[] {-2, 0, 2, 4}));
        }

        ModelFunction function(LinearOperator curvature) {
            return ModelFunction.withCurvature(objective, fixture.parameters, curvature);
        }
    }

    @Test
    void aModelsFunctionIsItsObjectiveAtAnyPoint() {
        NetworkTask task = new NetworkTask();
        ModelFunction function = task.function(new HessianOperator(task.model, task.metrics));
        double[] point = {0.3, 0.4, -0.7, 0.9};
        double[] gradient = new double[4];
        double[] curvature = new double[16];
        double value = function.value(point, gradient, curvature);
        assertThat(function.value(point)).isEqualTo(value);
        assertThat(function.point()).containsExactly(point);
        double[] shifted = new double[4];
        for (int i = 0; i < 4; i++) {
            double h = 1e-5;
            double[] up = point.clone();
            double[] down = point.clone();
            up[i] += h;
            down[i] -= h;
            assertThat((function.value(up) - function.value(down)) / (2 * h)).isCloseTo(gradient[i], within(1e-8));
            double[] upper = new double[4];
            function.value(up, upper);
            function.value(down, shifted);
            for (int j = 0; j < 4; j++) {
                assertThat((upper[j] - shifted[j]) / (2 * h)).isCloseTo(curvature[j * 4 + i], within(1e-8));
            }
        }
        assertThat(function.size()).isEqualTo(4);
        ModelFunction bare = ModelFunction.of(task.objective, task.fixture.parameters);
        assertThatThrownBy(() -> bare.value(point, gradient, curvature))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the function has no curvature");
        assertThatThrownBy(() -> task.function(new DenseOperator(2, new double[4])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("curvature: expected size 4, found 2");
    }

    @Test
    void withoutAFiniteMatrixThePointStays() {
        Functions.Scalar broken = new Functions.Scalar(z -> z * z, z -> 2 * z, z -> Double.NaN);
        double[] point = {3};
        NewtonStep step = new DampedNewton(broken).step(1, point);
        assertThat(point).containsExactly(3);
        assertThat(step.taken()).isFalse();
        assertThat(step.stepNorm()).isZero();
        assertThat(step.predictedChange()).isZero();
        assertThat(step.smallestEigenvalue()).isNaN();
        assertThat(step.value()).isEqualTo(9);
        assertThat(step.gradientNorm()).isEqualTo(6);
        Functions.Scalar noSlope = new Functions.Scalar(z -> z * z, z -> Double.NaN, z -> 2);
        assertThat(new DampedNewton(noSlope).step(1, point).taken()).isFalse();
        assertThat(point).containsExactly(3);
    }
}
