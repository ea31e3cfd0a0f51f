package kingfisher.optim.kfac;

import static kingfisher.optim.kfac.SupervisedTask.form;
import static kingfisher.optim.kfac.SupervisedTask.plus;
import static kingfisher.optim.kfac.SupervisedTask.solve;
import static kingfisher.optim.kfac.SupervisedTask.times;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.DoubleBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Steps by (27) with a preconditioner that stays the same are those of preconditioned conjugate gradients, where the
 * objective is a quadratic: one linear layer under squared error.
 */
final class ExactMomentumTest {

    private static final long SEED = 20261127;
    private static final int STEPS = 8;

    private final SupervisedTask task =
            SupervisedTask.regression(DoubleBackend.create(), Activation.IDENTITY, 40, SEED, 11, 2);
    private final double[] start = task.parameters();

    @ParameterizedTest
    @ValueSource(doubles = {0.3, 10})
    void isPreconditionedConjugateGradients(double preconditionerDamping) {
        List<double[]> found = iterates(preconditionerDamping, 0);
        List<double[]> expected = conjugateGradients(preconditionerDamping);
        for (int k = 0; k < STEPS; k++) {
            assertThat(Dense.error(plus(found.get(k), -1, start), plus(expected.get(k), -1, start)))
                    .as("after %d steps, %s", k + 1, task.description)
                    .isLessThan(1e-8);
        }
        // the solution is not reached yet, or the last steps would say nothing
        double[] solution = plus(start, -1, solve(task.fisher(start), 0, task.gradient(start)));
        assertThat(Dense.error(plus(expected.get(STEPS - 2), -1, start), plus(solution, -1, start)))
                .isGreaterThan(1e-7);
    }

    @Test
    void isAnotherMethodWithDampingInItsModel() {
        List<double[]> damped = iterates(10, 0.3);
        List<double[]> expected = conjugateGradients(10);
        assertThat(Dense.error(plus(damped.get(STEPS - 1), -1, start), plus(expected.get(STEPS - 1), -1, start)))
                .isGreaterThan(1e-3);
    }

    private List<double[]> iterates(double preconditionerDamping, double modelDamping) {
        task.setParameters(start);
        ParameterVector gradient = task.parameters.zerosLike();
        ParameterVector direction = task.parameters.zerosLike();
        double[] velocity = new double[start.length];
        QuadraticModel quadratic = new QuadraticModel(task.model, task.metrics, 0);
        List<double[]> iterates = new ArrayList<>();
        try (KroneckerCurvature frozen = task.curvature(task.model, SupervisedTask.freshFactors())) {
            for (int k = 0; k < STEPS; k++) {
                task.objective.evaluate(gradient);
                if (k == 0) {
                    frozen.advance(1, List.of());
                }
                frozen.precondition(gradient, preconditionerDamping, direction);
                double[] q = times(-1, task.fixture.download(direction));
                quadratic.span(gradient, task.fixture.vector(q), k == 0 ? null : task.fixture.vector(velocity));
                QuadraticModel.Coefficients x = quadratic.minimum(modelDamping);
                velocity = plus(times(x.first(), q), x.second(), velocity);
                task.setParameters(plus(task.parameters(), 1, velocity));
                iterates.add(task.parameters());
            }
        }
        return iterates;
    }

    /** The textbook's method for {@code F(w - start) = -∇} with {@code P = (F + damping I)⁻¹}, all dense. */
    private List<double[]> conjugateGradients(double damping) {
        double[][] matrix = task.fisher(start);
        double[] x = start.clone();
        double[] residual = times(-1, task.gradient(start));
        double[] z = solve(matrix, damping, residual);
        double[] p = z;
        List<double[]> iterates = new ArrayList<>();
        for (int k = 0; k < STEPS; k++) {
            double rate = Dense.dot(residual, z) / form(p, matrix, p);
            x = plus(x, rate, p);
            double[] next = plus(residual, -rate, Dense.multiply(matrix, p));
            double[] preconditioned = solve(matrix, damping, next);
            p = plus(preconditioned, Dense.dot(next, preconditioned) / Dense.dot(residual, z), p);
            residual = next;
            z = preconditioned;
            iterates.add(x);
        }
        return iterates;
    }
}
