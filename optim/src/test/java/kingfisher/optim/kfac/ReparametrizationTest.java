package kingfisher.optim.kfac;

import static kingfisher.optim.kfac.SupervisedTask.plus;
import static kingfisher.optim.kfac.SupervisedTask.solve;
import static kingfisher.optim.kfac.SupervisedTask.times;
import static org.assertj.core.api.Assertions.assertThat;

import kingfisher.optim.backend.Activation;
import kingfisher.optim.curvature.Curvatures;
import kingfisher.optim.curvature.HessianOperator;
import kingfisher.optim.linear.DampedOperator;
import kingfisher.optim.linear.LinearOperator;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.DoubleBackend;
import kingfisher.optim.solver.ConjugateGradient;
import kingfisher.optim.solver.ConjugateGradientSettings;
import kingfisher.optim.solver.StopReason;
import org.junit.jupiter.api.Test;

/**
 * Damped Newton steps in other coordinates {@code w = R w̃}, equations (7) to (9): by our operators there, and by a dense
 * solve here. Damping there is the damping {@code η(RRᵀ)⁻¹} here.
 */
final class ReparametrizationTest {

    private static final long SEED = 20261129;
    private static final double DAMPING = 5;

    private final SupervisedTask task =
            SupervisedTask.regression(DoubleBackend.create(), Activation.TANH, 6, SEED, 3, 4, 2);
    private final double[] w = task.parameters();
    private final int size = task.size();

    /** {@code RᵀHR}, equation (9), as products. */
    private static final class Congruence implements LinearOperator {
        private final LinearOperator operator;
        private final double[][] r;

        Congruence(LinearOperator operator, double[][] r) {
            this.operator = operator;
            this.r = r;
        }

        @Override
        public int size() {
            return operator.size();
        }

        @Override
        public void apply(double[] vector, double[] product) {
            double[] inner = new double[size()];
            operator.apply(Dense.multiply(r, vector), inner);
            System.arraycopy(Dense.multiply(Dense.transposed(r), inner), 0, product, 0, product.length);
        }
    }

    @Test
    void dampingInOtherCoordinatesIsAnotherDampingHere() {
        double[][] r = Curvatures.diagonal(Curvatures.ones(size));
        for (double[] row : r) {
            System.arraycopy(plus(row, 0.15, task.fixture.uniform(size)), 0, row, 0, size);
        }
        double[][] metric = new double[size][]; // η(RRᵀ)⁻¹, row by row
        double[][] product = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                product[i][j] = Dense.dot(r[i], r[j]);
            }
        }
        for (int i = 0; i < size; i++) {
            double[] unit = new double[size];
            unit[i] = DAMPING;
            metric[i] = solve(product, 0, unit);
        }
        double[][] damped = hessian();
        Dense.add(1, metric, damped);
        double[] expected = times(-1, solve(damped, 0, task.gradient(w)));

        double[] found = stepIn(r);
        assertThat(Dense.error(found, expected)).as(task.description).isLessThan(1e-9);
        assertThat(Dense.error(found, stepHere()))
                .as("it is not the damped step of these coordinates")
                .isGreaterThan(1e-2);
    }

    @Test
    void orthogonalCoordinatesChangeNothing() {
        double[] normal = task.fixture.uniform(size);
        double square = Dense.dot(normal, normal);
        double[][] reflection = Curvatures.diagonal(Curvatures.ones(size));
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                reflection[i][j] -= 2 * normal[i] * normal[j] / square;
            }
        }
        assertThat(Dense.error(stepIn(reflection), stepHere()))
                .as(task.description)
                .isLessThan(1e-9);
    }

    private double[] stepHere() {
        return times(-1, solve(hessian(), DAMPING, task.gradient(w)));
    }

    /** The step {@code R s̃} with {@code (RᵀHR + ηI) s̃ = -Rᵀ∇J}. */
    private double[] stepIn(double[][] r) {
        ParameterVector gradient = task.parameters.zerosLike();
        task.objective.evaluate(gradient);
        HessianOperator hessian = new HessianOperator(task.model, task.metrics);
        double[] rightHandSide = times(-1, Dense.multiply(Dense.transposed(r), task.fixture.download(gradient)));
        assertThat(Dense.isPositiveDefinite(hessian(), DAMPING))
                .as(task.description)
                .isTrue();
        assertThat(Dense.error(Dense.of(hessian), hessian()))
                .as(task.description)
                .isLessThan(1e-10);
        double[] solution = new double[size];
        StopReason reason = new ConjugateGradient(size, ConjugateGradientSettings.exact(20 * size, 1e-13))
                .solve(new DampedOperator(new Congruence(hessian, r), DAMPING), rightHandSide, solution)
                .reason();
        assertThat(reason).as(task.description).isEqualTo(StopReason.RESIDUAL);
        return Dense.multiply(r, solution);
    }

    private double[][] hessian() {
        double[][] sum = new double[size][size];
        for (int b = 0; b < task.rowWeights.length; b++) {
            double first = task.targets[2 * b];
            double second = task.targets[2 * b + 1];
            Dense.add(
                    1.0 / task.rowWeights.length,
                    task.fixture.reference.hessian(
                            w,
                            task.fixture.inputs[b],
                            outputs -> Curvatures.squaredError(outputs, 0, 2, first, second)),
                    sum);
        }
        return sum;
    }
}
