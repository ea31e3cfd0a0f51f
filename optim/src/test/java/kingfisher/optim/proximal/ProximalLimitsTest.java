package kingfisher.optim.proximal;

import static kingfisher.optim.linear.Dense.add;
import static kingfisher.optim.linear.Dense.norm;
import static kingfisher.optim.linear.Dense.scale;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.function.DoubleFunction;
import kingfisher.optim.newton.Bfgs;
import kingfisher.optim.newton.GradientMinimizer;
import kingfisher.optim.newton.MinimizerResult;
import kingfisher.optim.newton.MinimizerSettings;
import kingfisher.optim.newton.ModelFunction;
import kingfisher.optim.oracle.DoubleBackend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Where the λ's are multiplied by a large t, the minimum of the proximal objective is the step of a well-known method but for
 * an error O(1/t²) (section 2.4): the orders are fitted to minima for t from 30 to 10 000.
 */
final class ProximalLimitsTest {

    private static final long SEED = 20261204;
    private static final double[] SCALES = {30, 100, 300, 1000, 3000, 10_000};
    private static final double FUNCTION = 2;
    private static final double WEIGHT = 0.7;

    private static ProximalTask task(boolean categorical) {
        return new ProximalTask(DoubleBackend.create(), categorical, 4, 6, SEED);
    }

    /** The change of the parameters that minimizes the objective. */
    private static double[] minimum(ProximalTask task, double function, double weight) {
        task.setParameters(task.fixture.values);
        ProximalObjective objective = task.objective(function, weight);
        objective.anchor();
        double[] point = task.fixture.values.clone();
        MinimizerResult result = new GradientMinimizer(
                        ModelFunction.of(objective, task.fixture.parameters),
                        new Bfgs(point.length),
                        MinimizerSettings.quasiNewton(1000, 1e-13))
                .minimize(point);
        assertThat(result.gradientNorm())
                .as("%s, λ %s and %s: %s", task.fixture.description, function, weight, result)
                .isLessThan(1e-8);
        return add(point, scale(-1, task.fixture.values));
    }

    /** The slope of log error against log t by least squares. */
    private static double order(
            ProximalTask task, double[] scales, boolean functionSpace, DoubleFunction<double[]> closedForm) {
        double[] x = new double[scales.length];
        double[] y = new double[scales.length];
        for (int i = 0; i < scales.length; i++) {
            double t = scales[i];
            double[] step = minimum(task, functionSpace ? t * FUNCTION : 0, t * WEIGHT);
            x[i] = Math.log(t);
            y[i] = Math.log(norm(add(step, scale(-1, closedForm.apply(t)))));
        }
        double meanX = Arrays.stream(x).average().orElseThrow();
        double meanY = Arrays.stream(y).average().orElseThrow();
        double products = 0;
        double squares = 0;
        for (int i = 0; i < x.length; i++) {
            products += (x[i] - meanX) * (y[i] - meanY);
            squares += (x[i] - meanX) * (x[i] - meanX);
        }
        return products / squares;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void weightSpaceProximityAloneIsGradientDescent(boolean categorical) {
        ProximalTask task = task(categorical);
        double[] gradient = task.gradient();
        double order = order(task, SCALES, false, t -> scale(-1 / (t * WEIGHT), gradient));
        assertThat(order).as(task.fixture.description).isBetween(-2.1, -1.9);
    }

    /** To second order the loss is quadratic, so that what remains is of third order. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void weightSpaceProximityAloneIsDampedNewton(boolean categorical) {
        ProximalTask task = task(categorical);
        double[] gradient = task.gradient();
        double[][] hessian = task.hessian();
        double[] scales = {30, 100, 300, 1000}; // beyond, the error drowns in rounding
        double order = order(task, scales, false, t -> ProximalTask.step(1, hessian, t * WEIGHT, gradient));
        assertThat(order).as(task.fixture.description).isBetween(-3.1, -2.9);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void bothProximitiesAreDampedNaturalGradientDescent(boolean categorical) {
        ProximalTask task = task(categorical);
        double[] gradient = task.gradient();
        double[][] fisher = task.fisher();
        double order = order(task, SCALES, true, t -> ProximalTask.step(t * FUNCTION, fisher, t * WEIGHT, gradient));
        assertThat(order).as(task.fixture.description).isBetween(-2.1, -1.9);
        double wrong = order(task, SCALES, true, t -> scale(-1 / (t * WEIGHT), gradient));
        assertThat(wrong).as("and not gradient descent").isBetween(-1.1, -0.9);
    }
}
