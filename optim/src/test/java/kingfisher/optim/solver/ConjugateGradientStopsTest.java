package kingfisher.optim.solver;

import static kingfisher.optim.linear.Dense.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.BiConsumer;
import kingfisher.optim.linear.Dense;
import kingfisher.optim.linear.DenseOperator;
import kingfisher.optim.linear.LinearOperator;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When conjugate gradients stop, and that they never hand out a number that is none. */
class ConjugateGradientStopsTest {
    private static final long SEED = 20261125;
    private static final String WHERE = "seed " + SEED;
    private static final ConjugateGradientSettings ENDLESS = ConjugateGradientSettings.exact(1000, 0);

    private final UniformRandomProvider random = Dense.random(SEED);

    /** Eigenvalues from 1 down to 10^-decades, in the directions of the axes. */
    private static double[] spectrum(int n, double decades) {
        double[] values = new double[n];
        Arrays.setAll(values, i -> Math.pow(10, -decades * i / (n - 1)));
        return values;
    }

    /** An operator that is what a function does, and counts. */
    private static final class Product implements LinearOperator {
        private final int size;
        private final BiConsumer<double[], double[]> function;
        private int count;

        Product(int size, BiConsumer<double[], double[]> function) {
            this.size = size;
            this.function = function;
        }

        static Product diagonal(double... values) {
            return new Product(values.length, (vector, product) -> Arrays.setAll(product, i -> values[i] * vector[i]));
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public void apply(double[] vector, double[] product) {
            count++;
            function.accept(vector, product);
        }
    }

    private static void assertHoldsNumbers(ConjugateGradientResult result, double[] x, String where) {
        assertThat(Arrays.stream(x).allMatch(Double::isFinite)).as(where).isTrue();
        assertThat(new double[] {result.residualNorm(), result.modelValue(), result.curvature()})
                .as(where)
                .doesNotContain(Double.NaN);
    }

    @ParameterizedTest
    @CsvSource({"1e-3, 0", "0, 1e-3", "1e-9, 1e-2", "1e-2, 1e-9"})
    void theLargerOfBothTolerancesStops(double relative, double absolute) {
        int n = 30;
        LinearOperator operator = Product.diagonal(spectrum(n, 3));
        double[] b = Dense.scale(5, Dense.uniform(n, random));
        double[] x = new double[n];
        double target = Math.max(relative * Dense.norm(b), absolute);
        ConjugateGradientSettings settings = new ConjugateGradientSettings(1000, relative, absolute, 0, 1, 1.01, 1e-15);
        ConjugateGradient solver = new ConjugateGradient(n, settings);
        ConjugateGradientResult result = solver.solve(operator, b, x);
        assertThat(result.reason()).isEqualTo(StopReason.RESIDUAL);
        assertThat(result.residualNorm())
                .as(WHERE)
                .isCloseTo(residual(operator, b, x), within(1e-15))
                .isLessThanOrEqualTo(target);
        double[] before = solver.snapshots().iterate(result.iterations() - 2);
        assertThat(residual(operator, b, before)).as(WHERE).isGreaterThan(target);
    }

    private static double residual(LinearOperator operator, double[] b, double[] x) {
        return Dense.norm(Dense.add(b, Dense.scale(-1, Dense.apply(operator, x))));
    }

    @Test
    void theCapStops() {
        double[] b = Dense.uniform(30, random);
        ConjugateGradientResult result = new ConjugateGradient(30, ConjugateGradientSettings.exact(7, 0))
                .solve(Product.diagonal(spectrum(30, 3)), b, new double[30]);
        assertThat(result.reason()).isEqualTo(StopReason.ITERATIONS);
        assertThat(result.iterations()).isEqualTo(7);
    }

    /** The rule is applied here to the model values of a solve that does not know it. */
    @ParameterizedTest
    @ValueSource(doubles = {5e-4, 5e-3, 5e-2})
    void littleRelativeProgressStopsWhereMartensRuleSays(double epsilon) {
        int n = 300;
        LinearOperator operator = Product.diagonal(spectrum(n, 5));
        double[] b = Dense.uniform(n, random);
        ConjugateGradient free = new ConjugateGradient(n, ConjugateGradientSettings.exact(300, 0));
        int expected = free.solve(operator, b, new double[n]).iterations();
        for (int i = expected; i > 10; i--) {
            int k = Math.max(10, i / 10);
            if (i > k && (free.modelValue(i) - free.modelValue(i - k)) / free.modelValue(i) < k * epsilon) {
                expected = i;
            }
        }
        ConjugateGradientSettings settings = new ConjugateGradientSettings(300, 0, 0, epsilon, 50, 0, 1e-15);
        ConjugateGradientResult result = new ConjugateGradient(n, settings).solve(operator, b, new double[n]);
        assertThat(result.reason()).as(WHERE).isEqualTo(StopReason.RELATIVE_PROGRESS);
        assertThat(result.iterations()).as(WHERE).isEqualTo(expected).isBetween(11, 250);
    }

    @Test
    void theResidualIsComputedAnewAsOftenAsIsAskedFor() {
        double[] b = Dense.uniform(50, random);
        Product operator = Product.diagonal(spectrum(50, 4));
        ConjugateGradientSettings settings = new ConjugateGradientSettings(23, 0, 0, 0, 5, 0, 1e-15);
        new ConjugateGradient(50, settings).solve(operator, b, new double[50]);
        assertThat(operator.count).isEqualTo(23 + 4);
    }

    /** On the way down from a start of 1e10 the updated residual loses ten digits and claims far more than is true. */
    @Test
    void aToleranceThatIsReportedMetIsMet() {
        int n = 30;
        LinearOperator operator = Product.diagonal(spectrum(n, 2));
        double[] b = Dense.uniform(n, random);
        double[] x = Dense.scale(1e10, Dense.uniform(n, random));
        ConjugateGradientSettings settings = new ConjugateGradientSettings(1000, 1e-9, 0, 0, 1000, 0, 1e-15);
        ConjugateGradientResult result = new ConjugateGradient(n, settings).solve(operator, b, x);
        assertThat(result.reason()).as(WHERE).isEqualTo(StopReason.RESIDUAL);
        assertThat(residual(operator, b, x)).as(WHERE).isLessThanOrEqualTo(1e-9 * Dense.norm(b));
    }

    /** (1, 1) has no curvature under diag(1, -1). */
    @Test
    void withoutCurvatureAtTheFirstStepTheDirectionIsReturned() {
        double[] x = new double[2];
        ConjugateGradientResult result =
                new ConjugateGradient(2, ENDLESS).solve(Product.diagonal(1, -1), new double[] {1, 1}, x);
        assertThat(result.reason()).isEqualTo(StopReason.NON_POSITIVE_CURVATURE);
        assertThat(result.iterations()).isZero();
        assertThat(result.curvature()).isZero();
        assertThat(x).containsExactly(1, 1);
        assertThat(result.modelValue()).isEqualTo(-2);
        assertThat(result.residualNorm()).isEqualTo(2);
    }

    @Test
    void theDirectionIsThatOfThePreconditioner() {
        double[] x = new double[2];
        ConjugateGradientResult result = new ConjugateGradient(2, ENDLESS)
                .solve(Product.diagonal(-3, -1), Product.diagonal(0.5, 0.25), new double[] {1, 1}, x);
        assertThat(result.reason()).isEqualTo(StopReason.NON_POSITIVE_CURVATURE);
        assertThat(result.curvature()).isCloseTo(-(0.75 + 0.0625) / 0.3125, within(1e-15));
        assertThat(x).containsExactly(0.5, 0.25);
    }

    @Test
    void withoutCurvatureLaterOrFromAWarmStartTheCurrentIterateIsReturned() {
        double[] x = new double[2];
        ConjugateGradient solver = new ConjugateGradient(2, ENDLESS);
        ConjugateGradientResult result = solver.solve(Product.diagonal(1, -1), new double[] {1, 0.5}, x);
        assertThat(result.reason()).isEqualTo(StopReason.NON_POSITIVE_CURVATURE);
        assertThat(result.iterations()).isEqualTo(1);
        assertThat(result.curvature()).isNegative();
        double alpha = 1.25 / 0.75;
        assertClose("x", x, new double[] {alpha, 0.5 * alpha}, 1e-15);

        double[] warm = {3, 4};
        result = solver.solve(Product.diagonal(-1, -1), new double[] {1, 1}, warm);
        assertThat(result.reason()).isEqualTo(StopReason.NON_POSITIVE_CURVATURE);
        assertThat(warm).containsExactly(3, 4);
    }

    /** Nothing but rounding is left of a direction's curvature where the matrix has none. */
    @Test
    void curvatureThatIsRoundingCountsAsNone() {
        double[] x = new double[3];
        ConjugateGradientResult result =
                new ConjugateGradient(3, ENDLESS).solve(Product.diagonal(1, 1, 1e-18), new double[] {1, 1, 1}, x);
        assertThat(result.reason()).isEqualTo(StopReason.NON_POSITIVE_CURVATURE);
        assertThat(result.iterations()).isEqualTo(1);
        assertThat(Dense.norm(x)).isLessThan(3);
    }

    @Test
    void aPreconditionerThatIsNotPositiveStops() {
        double[] x = new double[2];
        ConjugateGradientResult result = new ConjugateGradient(2, ENDLESS)
                .solve(Product.diagonal(1, 1), Product.diagonal(1, -2), new double[] {1, 1}, x);
        assertThat(result.reason()).isEqualTo(StopReason.NON_POSITIVE_PRECONDITIONER);
        assertThat(x).containsExactly(0, 0);
    }

    @Test
    void anOperatorThatIsNotSymmetricStopsOnceTheModelRises() {
        LinearOperator turning = new DenseOperator(2, new double[] {1, -10, 10, 1});
        double[] x = new double[2];
        ConjugateGradientResult result = new ConjugateGradient(2, ENDLESS).solve(turning, new double[] {1, 0}, x);
        assertThat(result.reason()).isEqualTo(StopReason.DIVERGENCE);
        assertThat(result.modelValue()).isLessThanOrEqualTo(0);
        assertHoldsNumbers(result, x, "turning");
    }

    /** As if every product used another minibatch; the residual that is computed anew shows it. */
    @Test
    void anOperatorThatChangesItsMindStops() {
        int n = 20;
        int[] call = {0};
        LinearOperator fickle = new Product(n, (vector, product) -> {
            double scale = call[0]++ % 4 == 3 ? 100 : 1;
            Arrays.setAll(product, i -> scale * (1 + i) * vector[i]);
        });
        double[] x = new double[n];
        ConjugateGradientSettings settings = new ConjugateGradientSettings(200, 1e-12, 0, 0, 3, 0, 1e-15);
        ConjugateGradientResult result = new ConjugateGradient(n, settings).solve(fickle, Dense.uniform(n, random), x);
        assertThat(result.reason()).as(WHERE).isEqualTo(StopReason.DIVERGENCE);
        assertHoldsNumbers(result, x, WHERE);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void argumentsThatAreNotFiniteStopAtOnce(double value) {
        Product operator = Product.diagonal(1, 2);
        ConjugateGradient solver = new ConjugateGradient(2, ENDLESS);
        double[] x = {0.5, 0.25};
        ConjugateGradientResult result = solver.solve(operator, new double[] {1, value}, x);
        assertThat(result.reason()).isEqualTo(StopReason.NOT_FINITE);
        assertThat(x).containsExactly(0.5, 0.25);
        assertHoldsNumbers(result, x, "right-hand side");

        double[] start = {value, 1};
        result = solver.solve(operator, new double[] {1, 1}, start);
        assertThat(result.reason()).isEqualTo(StopReason.NOT_FINITE);
        assertThat(start).containsExactly(0, 0);
        assertHoldsNumbers(result, start, "start");
        assertThat(operator.count).isZero();
    }

    @ParameterizedTest
    @CsvSource({"NaN, 1", "NaN, 2", "NaN, 5", "Infinity, 1", "Infinity, 4", "-Infinity, 3", "1e300, 2"})
    void aProductThatIsNotFiniteStopsAtTheIterateBefore(double value, int when) {
        int n = 12;
        double[] b = Dense.uniform(n, random);
        int[] call = {0};
        LinearOperator failing = new Product(n, (vector, product) -> {
            Arrays.setAll(product, i -> (1 + i) * vector[i]);
            if (++call[0] == when) {
                product[3] = value;
            }
        });
        double[] x = new double[n];
        ConjugateGradientResult result = new ConjugateGradient(n, ENDLESS).solve(failing, b, x);
        assertThat(result.reason()).isEqualTo(StopReason.NOT_FINITE);
        assertThat(result.iterations()).isEqualTo(when - 1);
        assertHoldsNumbers(result, x, WHERE);
        double[] expected = new double[n];
        if (when > 1) {
            LinearOperator sound = new Product(n, (v, product) -> Arrays.setAll(product, i -> (1 + i) * v[i]));
            new ConjugateGradient(n, ConjugateGradientSettings.exact(when - 1, 0)).solve(sound, b, expected);
        }
        assertThat(x).as(WHERE).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY})
    void aPreconditionerThatIsNotFiniteStops(double value) {
        double[] x = new double[2];
        ConjugateGradientResult result = new ConjugateGradient(2, ENDLESS)
                .solve(Product.diagonal(1, 2), Product.diagonal(value, 1), new double[] {1, 1}, x);
        assertThat(result.reason()).isEqualTo(StopReason.NOT_FINITE);
        assertHoldsNumbers(result, x, "preconditioner");
    }

    @Test
    void noOperatorWhateverItDoesMakesItReturnWhatIsNotANumber() {
        int n = 6;
        ConjugateGradient solver =
                new ConjugateGradient(n, new ConjugateGradientSettings(50, 1e-8, 0, 1e-3, 3, 1.3, 0));
        double[] odd = {Double.NaN, Double.POSITIVE_INFINITY, 1e200, -1e200, 1e-300, 0, -1};
        for (int seed = 0; seed < 2000; seed++) {
            UniformRandomProvider hostile = Dense.random(seed);
            LinearOperator operator = new Product(
                    n,
                    (vector, product) -> Arrays.setAll(product, i -> {
                        double ordinary = (1 + i) * vector[i] + 0.1 * hostile.nextDouble();
                        return hostile.nextInt(20) == 0 ? odd[hostile.nextInt(odd.length)] : ordinary;
                    }));
            double scale = Math.pow(10, hostile.nextInt(-200, 200));
            double[] b = Dense.scale(hostile.nextBoolean() ? 1 : scale, Dense.uniform(n, hostile));
            double[] x = hostile.nextBoolean() ? new double[n] : Dense.uniform(n, hostile);
            ConjugateGradientResult result =
                    hostile.nextBoolean() ? solver.solve(operator, b, x) : solver.solve(operator, operator, b, x);
            assertHoldsNumbers(result, x, "seed " + seed);
            for (int i = 0; i <= result.iterations(); i++) {
                assertThat(solver.modelValue(i)).as("seed %d", seed).isNotNaN();
            }
        }
    }

    @Test
    void settingsOutOfRangeAreRefusedByNameAndValue() {
        assertThatThrownBy(() -> ConjugateGradientSettings.exact(0, 1e-6))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxIterations must be at least 1: 0");
        assertThatThrownBy(() -> ConjugateGradientSettings.exact(10, Double.NaN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("relativeTolerance must be at least 0: NaN");
        assertThatThrownBy(() -> new ConjugateGradientSettings(10, 0, 0, 0, 1, 0.5, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("snapshotGrowth must be 0 or above 1: 0.5");
    }
}
