package kingfisher.optim.newton;

import static kingfisher.optim.linear.Dense.add;
import static kingfisher.optim.linear.Dense.dot;
import static kingfisher.optim.linear.Dense.norm;
import static kingfisher.optim.linear.Dense.scale;
import static kingfisher.optim.linear.Dense.times;
import static kingfisher.optim.linear.Dense.uniform;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.curvature.SquaredError;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.kfac.SupervisedObjective;
import kingfisher.optim.linear.Dense;
import kingfisher.optim.linear.SymmetricMatrices;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.newton.MinimizerResult.Reason;
import kingfisher.optim.oracle.DoubleBackend;
import kingfisher.optim.oracle.ModelFixture;
import kingfisher.optim.proximal.FunctionProximity;
import kingfisher.optim.proximal.ProximalObjective;
import kingfisher.optim.proximal.ProximityWeights;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nonlinear conjugate gradient, BFGS and L-BFGS on functions whose minimum, and on quadratics whose course, is known. */
final class GradientMinimizerTest {

    private static final long SEED = 20261129;
    private static final int SIZE = 8;
    private static final String WHERE = "seed " + SEED;
    private static final MinimizerSettings EXACT = new MinimizerSettings(100, 1e-10, 1e-10, 1e-9, 1e-14);

    private static Stream<SearchRule> rules(int size) {
        return Stream.of(new ConjugateDirections(size), new Bfgs(size), new LimitedMemoryBfgs(size, 2 * size));
    }

    static Stream<SearchRule> rules() {
        return rules(SIZE);
    }

    private static MinimizerSettings settings(SearchRule rule, int iterations) {
        return rule instanceof ConjugateDirections
                ? MinimizerSettings.conjugate(iterations, 1e-8)
                : MinimizerSettings.quasiNewton(iterations, 1e-8);
    }

    /** The iterates of linear conjugate gradient, by plain loops. */
    private static List<double[]> conjugateGradient(double[] matrix, double[] right, double[] start) {
        List<double[]> iterates = new ArrayList<>();
        double[] x = start;
        double[] residual = add(right, scale(-1, times(matrix, x)));
        double[] p = residual;
        for (int i = 0; i < right.length; i++) {
            double[] product = times(matrix, p);
            double alpha = dot(residual, residual) / dot(p, product);
            x = add(x, scale(alpha, p));
            double[] next = add(residual, scale(-alpha, product));
            p = add(next, scale(dot(next, next) / dot(residual, residual), p));
            residual = next;
            iterates.add(x);
        }
        return iterates;
    }

    /** With exact line searches all three methods are conjugate gradient (Nocedal and Wright 2006, theorem 6.4). */
    @ParameterizedTest
    @MethodSource("rules")
    void onAQuadraticAllMethodsAreConjugateGradient(SearchRule rule) {
        UniformRandomProvider random = Dense.random(SEED);
        double[] matrix = Dense.covariance(SIZE, 3 * SIZE, random);
        double[] right = uniform(SIZE, random);
        double[] start = uniform(SIZE, random);
        List<double[]> expected = conjugateGradient(matrix, right, start);
        for (int iterations = 1; iterations <= SIZE; iterations++) {
            Functions.Quadratic quadratic = new Functions.Quadratic(matrix, right);
            double[] point = start.clone();
            MinimizerSettings settings = new MinimizerSettings(iterations, 0, 1e-10, 1e-9, 1e-14);
            MinimizerResult result = new GradientMinimizer(quadratic, rule, settings).minimize(point);
            assertThat(Dense.error(point, expected.get(iterations - 1)))
                    .as("%s, %s, iteration %d", WHERE, rule.getClass().getSimpleName(), iterations)
                    .isLessThan(1e-7);
            assertThat(result.iterations()).isEqualTo(iterations);
            assertThat(result.reason()).isEqualTo(Reason.ITERATIONS);
            assertThat(result.evaluations()).isEqualTo(quadratic.visited.size());
            assertThat(result.value()).isCloseTo(quadratic.value(point), within(1e-14));
            double[] gradient = add(times(matrix, point), scale(-1, right));
            assertThat(result.gradientNorm()).isCloseTo(norm(gradient), within(1e-13));
        }
    }

    @Test
    void bfgsFindsTheInverseOfAQuadratic() {
        UniformRandomProvider random = Dense.random(SEED);
        double[] matrix = Dense.covariance(SIZE, 3 * SIZE, random);
        Bfgs rule = new Bfgs(SIZE);
        double[] point = uniform(SIZE, random);
        Functions.Quadratic quadratic = new Functions.Quadratic(matrix, uniform(SIZE, random));
        MinimizerResult result = new GradientMinimizer(quadratic, rule, EXACT).minimize(point);
        assertThat(result.reason()).isEqualTo(Reason.GRADIENT);
        assertThat(result.iterations()).isLessThanOrEqualTo(SIZE + 1);
        double[] product = Dense.multiply(SIZE, SIZE, SIZE, rule.inverse().toDense(), matrix);
        Dense.assertClose(WHERE, product, Dense.identity(SIZE), 1e-5);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 10})
    void allMethodsFindTheEndOfTheCurvedValley(int size) {
        for (SearchRule rule : rules(size).toList()) {
            Functions.Rosenbrock valley = new Functions.Rosenbrock(size);
            double[] point = new double[size];
            Arrays.setAll(point, i -> i % 2 == 0 ? -1.2 : 1);
            double[] ones = new double[size];
            Arrays.fill(ones, 1);
            if (size > 2) {
                Arrays.fill(point, 0.5); // far from the other local minimum, near -1, 1, 1, …
            }
            MinimizerResult result = new GradientMinimizer(valley, rule, settings(rule, 500)).minimize(point);
            assertThat(result.reason())
                    .as("%s in %d dimensions: %s", rule.getClass().getSimpleName(), size, result)
                    .isEqualTo(Reason.GRADIENT);
            assertThat(result.gradientNorm()).isLessThanOrEqualTo(1e-8);
            assertThat(point).containsExactly(ones, within(1e-7));
            assertThat(result.value()).isEqualTo(valley.value(point));
            assertThat(result.evaluations()).isEqualTo(valley.evaluations);
            assertThat(result.iterations()).isLessThan(rule instanceof ConjugateDirections ? 150 : 70);
        }
    }

    @Test
    void noSearchRaisesTheFunction() {
        for (SearchRule rule : rules(10).toList()) {
            double[] start = uniform(10, Dense.random(SEED));
            double value = new Functions.Rosenbrock(10).value(start);
            for (int iterations = 1; iterations < 30; iterations++) {
                double[] point = start.clone();
                MinimizerResult result = new GradientMinimizer(
                                new Functions.Rosenbrock(10), rule, settings(rule, iterations))
                        .minimize(point);
                assertThat(result.value())
                        .as("%s, %d iterations", rule.getClass().getSimpleName(), iterations)
                        .isLessThan(value);
                value = result.value();
            }
        }
    }

    @Test
    void aMinimizationDoesNotRememberTheOneBefore() {
        for (SearchRule rule : rules(4).toList()) {
            GradientMinimizer minimizer = new GradientMinimizer(new Functions.Rosenbrock(4), rule, settings(rule, 7));
            double[] first = {0, 0, 0, 0};
            minimizer.minimize(first);
            double[] other = {2, 1, -1, 3};
            minimizer.minimize(other);
            double[] again = {0, 0, 0, 0};
            minimizer.minimize(again);
            assertThat(again).isEqualTo(first);
        }
    }

    @Test
    void aMinimumIsLeftAlone() {
        double[] point = {1, 1, 1};
        MinimizerResult result = new GradientMinimizer(
                        new Functions.Rosenbrock(3), new Bfgs(3), MinimizerSettings.quasiNewton(5, 0))
                .minimize(point);
        assertThat(result).isEqualTo(new MinimizerResult(Reason.GRADIENT, 0, 1, 0, 0));
        assertThat(point).containsExactly(1, 1, 1);
    }

    @Test
    void aFunctionThatIsNotFiniteIsNotMinimized() {
        Functions.Scalar broken = new Functions.Scalar(z -> Double.NaN, z -> 1, z -> 0);
        double[] point = {2};
        MinimizerResult result = new GradientMinimizer(broken, new Bfgs(1), EXACT).minimize(point);
        assertThat(result.reason()).isEqualTo(Reason.NOT_FINITE);
        assertThat(point).containsExactly(2);
        Functions.Scalar steep = new Functions.Scalar(z -> z, z -> Double.POSITIVE_INFINITY, z -> 0);
        assertThat(new GradientMinimizer(steep, new Bfgs(1), EXACT).minimize(point))
                .isEqualTo(new MinimizerResult(Reason.NOT_FINITE, 0, 1, 2, Double.POSITIVE_INFINITY));
    }

    @Test
    void aGradientThatLiesEndsInNoProgress() {
        Functions.Scalar lying = new Functions.Scalar(z -> z * z, z -> -2 * z, z -> 2);
        for (SearchRule rule : rules(1).toList()) {
            double[] point = {3};
            MinimizerResult result = new GradientMinimizer(lying, rule, EXACT).minimize(point);
            assertThat(result.reason()).isEqualTo(Reason.NO_PROGRESS);
            assertThat(result.iterations()).isZero();
            assertThat(point).containsExactly(3);
            assertThat(result.evaluations()).isGreaterThan(1);
        }
    }

    /** A wall of NaN, as of a network that overflows: {@code -log x + x} with its minimum at 1. */
    @Test
    void aSearchStaysWhereTheFunctionIsFinite() {
        Functions.Scalar barrier = new Functions.Scalar(
                x -> x > 0 ? x - Math.log(x) : Double.NaN, x -> x > 0 ? 1 - 1 / x : Double.NaN, x -> 1 / (x * x));
        for (SearchRule rule : rules(1).toList()) {
            for (double start : new double[] {1e-3, 0.9, 40}) {
                double[] point = {start};
                MinimizerResult result = new GradientMinimizer(barrier, rule, settings(rule, 60)).minimize(point);
                assertThat(result.reason()).isEqualTo(Reason.GRADIENT);
                assertThat(point[0])
                        .as("%s from %s", rule.getClass().getSimpleName(), start)
                        .isCloseTo(1, within(1e-7));
            }
        }
    }

    /** A direction that learned curvature has spoilt is given up for the gradient. */
    @Test
    void aKinkDoesNotStopTheMethod() {
        // |x| + 0.01 y², whose gradient jumps where the directions learn
        SmoothFunction kinked = new SmoothFunction() {
            @Override
            public int size() {
                return 2;
            }

            @Override
            public double value(double[] point) {
                return Math.abs(point[0]) + 0.01 * point[1] * point[1];
            }

            @Override
            public double value(double[] point, double[] gradient) {
                gradient[0] = Math.signum(point[0]);
                gradient[1] = 0.02 * point[1];
                return value(point);
            }
        };
        for (SearchRule rule : rules(2).toList()) {
            double[] point = {1.3, 5};
            MinimizerResult result = new GradientMinimizer(kinked, rule, settings(rule, 300)).minimize(point);
            assertThat(result.value())
                    .as("%s: %s", rule.getClass().getSimpleName(), result)
                    .isLessThan(0.5 * (1.3 + 0.25));
        }
    }

    @Test
    void settingsOutsideTheirRangesAreRefused() {
        assertRefused("maxIterations must be at least 1: 0", 0, 1e-3, 1e-4, 0.9);
        assertRefused("gradientTolerance must be at least 0: -1.0", 1, -1, 1e-4, 0.9);
        assertRefused("gradientTolerance must be at least 0: NaN", 1, Double.NaN, 1e-4, 0.9);
        assertRefused("sufficientDecrease must be in (0, 0.5): 0.0", 1, 0, 0, 0.9);
        assertRefused("sufficientDecrease must be in (0, 0.5): 0.5", 1, 0, 0.5, 0.9);
        assertRefused("sufficientFlatness must be above sufficientDecrease and below 1: 0.1", 1, 0, 0.1, 0.1);
        assertRefused("sufficientFlatness must be above sufficientDecrease and below 1: 1.0", 1, 0, 0.1, 1);
        assertThat(MinimizerSettings.quasiNewton(7, 0.5)).isEqualTo(new MinimizerSettings(7, 0.5, 1e-4, 0.9, 1e-11));
        assertThat(MinimizerSettings.conjugate(7, 0.5)).isEqualTo(new MinimizerSettings(7, 0.5, 1e-4, 0.1, 1e-11));
    }

    private static void assertRefused(String message, int iterations, double tolerance, double decrease, double flat) {
        assertThatThrownBy(() -> new MinimizerSettings(iterations, tolerance, decrease, flat, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void roundingHasARange() {
        MinimizerSettings settings = MinimizerSettings.conjugate(7, 0.5).withRounding(0.25);
        assertThat(settings).isEqualTo(new MinimizerSettings(7, 0.5, 1e-4, 0.1, 0.25));
        assertThat(settings.withRounding(0).rounding()).isZero();
        for (double wrong : new double[] {-0.1, 1, Double.NaN}) {
            assertThatThrownBy(() -> settings.withRounding(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("rounding must be in [0, 1): " + wrong);
        }
    }

    @Test
    void preconditioningByTheInverseMakesTheFirstSearchTheLast() {
        UniformRandomProvider random = Dense.random(SEED);
        double[] matrix = Dense.covariance(SIZE, 3 * SIZE, random);
        Functions.Quadratic quadratic = new Functions.Quadratic(matrix, uniform(SIZE, random));
        Reparametrization whitening =
                Reparametrization.whitening(SIZE, matrix, 0).orElseThrow();
        assertThat(SymmetricMatrices.eigen(SIZE, matrix).orElseThrow().values()[0])
                .isPositive();
        double[] coordinates = uniform(SIZE, random);
        MinimizerResult result = new GradientMinimizer(
                        whitening.function(quadratic), new ConjugateDirections(SIZE), EXACT)
                .minimize(coordinates);
        assertThat(result.iterations()).isEqualTo(1);
        double[] point = new double[SIZE];
        whitening.toPoint(coordinates, point);
        Dense.assertClose(WHERE, point, quadratic.minimum(), 1e-9);
    }

    /** In float, values say less than slopes near a minimum; the minimum is that of double, as far as float knows it. */
    @Test
    void aNetworkIsFittedInFloatAsInDouble() {
        double inDouble = fitted(DoubleBackend.create(), MinimizerSettings.quasiNewton(2000, 1e-6));
        double inFloat = fitted(
                new CpuBackend(), MinimizerSettings.quasiNewton(2000, 1e-4).withRounding(1e-6));
        assertThat(inFloat).as(WHERE).isCloseTo(inDouble, within(1e-5));
    }

    /** The least loss with weight decay, which makes the minimum a well-defined one. */
    private static double fitted(Backend backend, MinimizerSettings settings) {
        ModelFixture fixture = ModelFixture.network(backend, Activation.TANH, 12, SEED, 2, 4, 1);
        NetworkModel model = fixture.unused(12);
        List<WeightedMetric> metrics = List.of(new SquaredError(1).weighted(1));
        SupervisedObjective loss = new SupervisedObjective(model, metrics);
        Matrix input = backend.allocate(12, 2);
        for (int b = 0; b < 12; b++) {
            backend.upload(fixture.inputs[b], input.rowRange(b, 1));
        }
        loss.setBatch(input, List.of(fixture.uniform(12)));
        ProximalObjective decayed = ProximalObjective.of(
                loss, new FunctionProximity(model, metrics), new ProximityWeights(0, 0.05), fixture.parameters);
        backend.fill(fixture.parameters.values(), 0);
        decayed.anchor();
        double[] point = fixture.values.clone();
        MinimizerResult result = new GradientMinimizer(
                        ModelFunction.of(decayed, fixture.parameters),
                        new LimitedMemoryBfgs(point.length, 10),
                        settings)
                .minimize(point);
        assertThat(result.reason()).as("%s: %s", fixture.description, result).isEqualTo(Reason.GRADIENT);
        return result.value();
    }
}
