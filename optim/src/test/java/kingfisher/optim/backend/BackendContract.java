package kingfisher.optim.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import kingfisher.optim.backend.nd4j.Nd4jBackend;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What holds for every backend, checked against plain loops in double: to 1e-12 in double and 2e-6 in float, relative to
 * the size of the numbers that are added up (a float has a relative precision of 6e-8).
 */
@DisplayName("contract of a backend, seed 20261123")
abstract class BackendContract extends BackendCurvatureContract {
    private static final int[][] SHAPES = {{1, 1}, {1, 7}, {7, 1}, {65, 3}, {257, 129}};
    private static final double[] ORDINARY = {-5, -2.5, -1, -0.5, -0.1, -1e-3, 1e-3, 0.1, 0.5, 1, 2.5, 5};
    private static final double[] EXTREME = {
        -1e-8, 1e-8, -20, 20, -100, 100, -1e4, 1e4, 0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
    };

    @ParameterizedTest
    @CsvSource({
        "1,1,1",
        "1,7,1",
        "1,7,5",
        "5,7,1",
        "5,1,3",
        "1,1,9",
        "65,3,2",
        "257,129,31",
        "64,64,64",
        "17,1500,64",
        "700,64,48",
        "40,260,150"
    })
    void productsAreSumsOfProducts(int rows, int inner, int columns) {
        for (Layout layout : Layout.values()) {
            for (int transposes = 0; transposes < 4; transposes++) {
                boolean ta = (transposes & 1) != 0;
                boolean tb = (transposes & 2) != 0;
                double[] x = normals(rows * inner);
                double[] y = normals(inner * columns);
                Matrix a = ta ? matrix(layout, inner, rows, x) : matrix(layout, rows, inner, x);
                Matrix b = tb ? matrix(layout, columns, inner, y) : matrix(layout, inner, columns, y);
                for (double[] factors : new double[][] {{1, 0}, {1, 1}, {-0.7, 1.3}, {0, 0.5}, {2, 0}}) {
                    double[] before = normals(rows * columns);
                    double[] expected = Reference.multiply(rows, inner, columns, factors[0], x, ta, y, tb);
                    if (factors[1] == 0) {
                        Arrays.fill(before, Double.NaN);
                    } else {
                        Arrays.setAll(expected, i -> expected[i] + factors[1] * before[i]);
                    }
                    Matrix c = matrix(layout, rows, columns, before);
                    backend.multiply(factors[0], a, ta, b, tb, factors[1], c);
                    String what =
                            "%s, transposed %s %s, factors %s".formatted(layout, ta, tb, Arrays.toString(factors));
                    assertClose(what, values(c), expected, 1);
                }
                assertExactly(values(a), x);
                assertExactly(values(b), y);
            }
        }
    }

    @Test
    void changingFactorsOfOneProductTakeEffect() {
        Matrix a = matrix(Layout.WHOLE, 1, 1, 3);
        Matrix c = backend.allocate(1, 1);
        backend.multiply(1, a, false, a, false, 0, c);
        backend.multiply(2, a, false, a, false, 1, c);
        backend.multiply(2, a, false, a, false, 1, c);
        backend.multiply(-1, a, true, a, true, 0.5, c);
        assertThat(values(c)).containsExactly(0.5 * (9 + 18 + 18) - 9);
    }

    @Test
    void nanInAFactorReachesItsRowOrColumn() {
        double[] x = normals(65 * 3);
        x[4 * 3 + 1] = Double.NaN;
        Matrix a = matrix(Layout.VIEW, 65, 3, x);
        Matrix b = matrix(Layout.VIEW, 3, 7, normals(21));
        Matrix c = matrix(Layout.VIEW, 65, 7);
        backend.multiply(1, a, false, b, false, 0, c);
        assertNan(values(c), i -> i / 7 == 4);
        Matrix d = matrix(Layout.VIEW, 7, 65);
        backend.multiply(1, b, true, a, true, 0, d);
        assertNan(values(d), i -> i % 65 == 4);
    }

    @ParameterizedTest
    @EnumSource
    void sumsAddScaleAndDot(Layout layout) {
        for (int[] shape : SHAPES) {
            int columns = shape[1];
            int size = shape[0] * columns;
            double[] x = normals(size);
            double[] y = normals(size);
            Matrix left = matrix(layout, shape[0], columns, x);
            Matrix right = matrix(layout, shape[0], columns, y);
            double[] sums = new double[columns];
            double[] combined = new double[size];
            double dot = 0;
            for (int i = 0; i < size; i++) {
                sums[i % columns] += x[i];
                combined[i] = -0.7 * x[i] + y[i];
                dot += x[i] * y[i];
            }
            Matrix target = matrix(layout, 1, columns, constants(columns, Double.NaN));
            backend.sumRows(left, target);
            assertClose("sum of rows", values(target), sums, shape[0]);
            assertThat(backend.dot(left, right)).isCloseTo(dot, within(1e-12 * size));
            backend.addScaled(-0.7, left, right);
            assertClose("added", values(right), combined, 1);
            assertExactly(values(left), x);
            backend.scale(-1.3, left);
            assertClose(
                    "scaled",
                    values(left),
                    Arrays.stream(x).map(value -> -1.3 * value).toArray(),
                    1);
            backend.scale(0, right);
            assertThat(Arrays.stream(values(right)).map(Math::abs).sum()).isZero();
        }
    }

    @Test
    void dotIsAccumulatedInDouble() {
        int size = 100_000;
        double tenth = 0.1f;
        Matrix x = matrix(Layout.WHOLE, 1, size, constants(size, tenth));
        assertThat(backend.dot(x, x)).isCloseTo(size * tenth * tenth, within(1e-8));
        Matrix y = matrix(Layout.WHOLE, 1, 3, 1 << 15, 1, -(1 << 15));
        Matrix z = matrix(Layout.WHOLE, 1, 3, 1 << 15, 1, 1 << 15);
        assertThat(backend.dot(y, z)).isEqualTo(1);
    }

    @Test
    void oneElementThatIsNotFiniteIsFound() {
        for (Layout layout : Layout.values()) {
            for (int size : new int[] {1, 7, 65}) {
                double[] x = normals(size);
                assertThat(backend.isFinite(matrix(layout, 1, size, x))).isTrue();
                for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
                    for (int at = 0; at < size; at++) {
                        double[] broken = x.clone();
                        broken[at] = value;
                        assertThat(backend.isFinite(matrix(layout, 1, size, broken)))
                                .as("%s, %s at %d of %d", layout, value, at, size)
                                .isFalse();
                    }
                }
            }
        }
    }

    @Test
    void numbersWhoseSumOverflowsAreFinite() {
        // in double, numbers may be called infinite from the root of the largest one on
        double large = backend.precision() == Precision.FLOAT ? Float.MAX_VALUE : 1e150;
        assertThat(backend.isFinite(matrix(Layout.WHOLE, 5, 9, constants(45, large))))
                .isTrue();
        assertThat(backend.isFinite(matrix(Layout.WHOLE, 5, 9, constants(45, -large))))
                .isTrue();
    }

    @Test
    void nanIsNotLostInSumsAndScales() {
        Matrix x = matrix(Layout.WHOLE, 3, 2, 1, 2, Double.NaN, 4, 5, 6);
        Matrix sums = backend.allocate(1, 2);
        backend.sumRows(x, sums);
        assertNan(values(sums), i -> i == 0);
        assertThat(backend.dot(x, x)).isNaN();
        Matrix y = backend.allocate(3, 2);
        backend.addScaled(2, x, y);
        assertNan(values(y), i -> i == 2);
        backend.scale(0, x);
        assertNan(values(x), i -> i == 2);
    }

    @ParameterizedTest
    @EnumSource
    void activationsAreTheirFormulas(Activation function) {
        for (Layout layout : Layout.values()) {
            for (int[] shape : SHAPES) {
                double[] s = normals(shape[0] * shape[1]);
                assertActivation(function, layout, shape[0], shape[1], s);
            }
            assertActivation(function, layout, 1, ORDINARY.length, ORDINARY);
            assertActivation(function, layout, EXTREME.length, 1, EXTREME);
        }
    }

    private void assertActivation(Activation function, Layout layout, int rows, int columns, double[] s) {
        Matrix output = matrix(layout, rows, columns, constants(s.length, Double.NaN));
        Matrix input = matrix(layout, rows, columns, s);
        double[] host = values(input);
        backend.activate(function, input, output);
        double[] actual = values(output);
        for (int i = 0; i < s.length; i++) {
            double expected = Reference.activate(function, host[i]);
            // infinity is as close to infinity as can be
            double error = actual[i] == expected ? 0 : Math.abs(actual[i] - expected);
            assertThat(error <= tolerance() * Math.max(1, Math.abs(expected)))
                    .as("%s of %s is %s, %s", function, s[i], actual[i], layout)
                    .isTrue();
        }
        assertExactly(values(input), host);
    }

    /** Near 0 an activation is exact to one unit in the last place of 1. */
    @ParameterizedTest
    @EnumSource
    void activationsAreExactNearZero(Activation function) {
        double unit = backend.precision() == Precision.DOUBLE ? Math.ulp(1.0) : Math.ulp(1f);
        double[] s = values(matrix(Layout.WHOLE, 1, 8, -1e-4, 1e-4, -1e-6, 1e-6, -1e-8, 1e-8, 1e-12, 0));
        Matrix output = backend.allocate(1, 8);
        backend.activate(function, matrix(Layout.WHOLE, 1, 8, s), output);
        double[] expected = Arrays.stream(s)
                .map(value -> Reference.activate(function, value))
                .toArray();
        assertWithin(unit, function + " near zero", values(output), expected);
    }

    @ParameterizedTest
    @EnumSource
    void derivativesAreTheirFormulas(Activation function) {
        for (Layout layout : Layout.values()) {
            double[] s = normals(65 * 3);
            System.arraycopy(ORDINARY, 0, s, 0, ORDINARY.length);
            System.arraycopy(EXTREME, 0, s, 100, EXTREME.length - 2);
            double[] gradient = normals(65 * 3);
            Matrix input = matrix(layout, 65, 3, s);
            double[] host = values(input);
            Matrix output = matrix(layout, 65, 3);
            backend.activate(function, input, output);
            double[] activated = values(output);
            Matrix result = matrix(layout, 65, 3, gradient);
            backend.activateBackward(function, input, output, result);
            double[] expected = new double[s.length];
            Arrays.setAll(expected, i -> gradient[i] * Reference.derivative(function, host[i]));
            assertClose("derivative of " + function, values(result), expected, 1);
            assertExactly(values(input), host);
            assertExactly(values(output), activated);
        }
    }

    @ParameterizedTest
    @EnumSource
    void derivativesAreCentralDifferences(Activation function) {
        double h = 1e-5;
        int count = ORDINARY.length;
        Matrix input = matrix(Layout.WHOLE, 1, count, ORDINARY);
        Matrix output = backend.allocate(1, count);
        backend.activate(function, input, output);
        Matrix result = matrix(Layout.WHOLE, 1, count, constants(count, 1));
        backend.activateBackward(function, input, output, result);
        double[] expected = Arrays.stream(ORDINARY)
                .map(s -> (Reference.activate(function, s + h) - Reference.activate(function, s - h)) / (2 * h))
                .toArray();
        assertWithin(Math.max(1e-9, tolerance()), "derivative of " + function, values(result), expected);
    }

    @ParameterizedTest
    @EnumSource
    void curvaturesAreTheirFormulas(Activation function) {
        for (Layout layout : Layout.values()) {
            double[] s = normals(65 * 3);
            System.arraycopy(ORDINARY, 0, s, 0, ORDINARY.length);
            System.arraycopy(EXTREME, 0, s, 100, EXTREME.length - 2);
            double[] upstream = normals(s.length);
            double[] direction = normals(s.length);
            double[] before = normals(s.length);
            Matrix input = matrix(layout, 65, 3, s);
            double[] host = values(input);
            Matrix output = matrix(layout, 65, 3);
            backend.activate(function, input, output);
            Matrix gradient = matrix(layout, 65, 3, upstream);
            backend.activateBackward(function, input, output, gradient);
            List<double[]> read = List.of(values(output), values(gradient));
            Matrix tangent = matrix(layout, 65, 3, direction);
            Matrix target = matrix(layout, 65, 3, before);
            backend.addActivationCurvature(function, input, output, gradient, tangent, target);
            double[] expected = new double[s.length];
            Arrays.setAll(
                    expected,
                    i -> before[i] + upstream[i] * direction[i] * Reference.secondDerivative(function, host[i]));
            assertClose("curvature of " + function, values(target), expected, 1);
            assertExactly(values(input), host);
            assertExactly(values(output), read.get(0));
            assertExactly(values(gradient), read.get(1));
            assertExactly(values(tangent), direction);
        }
    }

    @ParameterizedTest
    @EnumSource
    void curvaturesAreCentralDifferencesOfDerivatives(Activation function) {
        double h = 1e-5;
        int count = ORDINARY.length;
        Matrix input = matrix(Layout.WHOLE, 1, count, ORDINARY);
        Matrix output = backend.allocate(1, count);
        backend.activate(function, input, output);
        Matrix gradient = matrix(Layout.WHOLE, 1, count, constants(count, 1));
        backend.activateBackward(function, input, output, gradient);
        Matrix ones = matrix(Layout.WHOLE, 1, count, constants(count, 1));
        Matrix result = backend.allocate(1, count);
        backend.addActivationCurvature(function, input, output, gradient, ones, result);
        double[] expected = Arrays.stream(ORDINARY)
                .map(s -> (Reference.derivative(function, s + h) - Reference.derivative(function, s - h)) / (2 * h))
                .toArray();
        assertWithin(Math.max(1e-9, tolerance()), "curvature of " + function, values(result), expected);
    }

    @ParameterizedTest
    @EnumSource
    void nanPassesThroughActivations(Activation function) {
        Matrix input = matrix(Layout.WHOLE, 1, 5, 1, Double.NaN, -1, 2, 3);
        Matrix output = backend.allocate(1, 5);
        backend.activate(function, input, output);
        assertNan(values(output), i -> i == 1);
        Matrix gradient = matrix(Layout.WHOLE, 1, 5, 1, 1, 1, Double.NaN, 1);
        backend.activateBackward(function, input, output, gradient);
        // the derivatives of ReLU and of the identity are constants, which a NaN need not reach
        boolean smooth = function != Activation.RELU && function != Activation.IDENTITY;
        double[] values = values(gradient);
        assertThat(values[3]).isNaN();
        assertThat(values[1]).matches(value -> !smooth || Double.isNaN(value));
        assertThat(values[0] + values[2] + values[4]).isFinite();
        Matrix tangent = matrix(Layout.WHOLE, 1, 5, Double.NaN, 1, 1, 1, 1);
        Matrix target = backend.allocate(1, 5);
        backend.addActivationCurvature(function, input, output, gradient, tangent, target);
        assertNan(values(target), i -> smooth && i != 2 && i != 4);
    }

    @ParameterizedTest
    @EnumSource
    void adamFollowsItsFormula(Layout layout) {
        for (int[] shape : SHAPES) {
            int size = shape[0] * shape[1];
            double[] w = normals(size);
            double[] m = new double[size];
            double[] v = new double[size];
            Matrix first = matrix(layout, shape[0], shape[1]);
            Matrix parameters = matrix(layout, shape[0], shape[1], w);
            Matrix second = matrix(layout, shape[0], shape[1]);
            for (long step : new long[] {1, 2, 3, 4, 5, 1_000_000}) {
                double[] g = normals(size);
                g[size / 2] = 0;
                Matrix gradient = matrix(layout, shape[0], shape[1], g);
                backend.adam(parameters, gradient, 0.37, first, second, 0.03, 0.9, 0.99, 0.1, step);
                Reference.adam(w, g, 0.37, m, v, 0.03, 0.1, step);
                assertExactly(values(gradient), g);
            }
            assertClose("mean", values(first), m, 0);
            assertClose("square", values(second), v, 0);
            assertClose("parameters", values(parameters), w, 0);
        }
    }

    @ParameterizedTest
    @CsvSource({"WHOLE,true", "WHOLE,false", "VIEW,true", "VIEW,false"})
    void rmsPropFollowsItsFormula(Layout layout, boolean epsilonInsideRoot) {
        for (int[] shape : SHAPES) {
            int size = shape[0] * shape[1];
            double[] w = normals(size);
            double[] v = constants(size, 1);
            Matrix parameters = matrix(layout, shape[0], shape[1], w);
            Matrix second = matrix(layout, shape[0], shape[1], v);
            for (int step = 1; step <= 5; step++) {
                double[] g = normals(size);
                Matrix gradient = matrix(layout, shape[0], shape[1], g);
                backend.rmsProp(parameters, gradient, 0.37, second, 0.03, 0.9, 0.1, epsilonInsideRoot);
                Reference.rmsProp(w, g, 0.37, v, 0.03, 0.1, epsilonInsideRoot);
                assertExactly(values(gradient), g);
            }
            assertClose("square", values(second), v, 0);
            assertClose("parameters", values(parameters), w, 0);
        }
    }

    @Test
    void repeatedOperationsGiveTheSameBits() {
        double[] x = normals(257 * 129);
        double[] weights = normals(129 * 65);
        List<double[]> once = layer(backend, x, weights);
        List<double[]> again = layer(backend, x, weights);
        for (int i = 0; i < once.size(); i++) {
            assertExactly(again.get(i), once.get(i));
        }
    }

    @Test
    void layerAgreesWithNd4jInDouble() {
        double[] x = normals(257 * 129);
        double[] weights =
                Arrays.stream(normals(129 * 65)).map(value -> value / 16).toArray();
        try (Backend oracle = new Nd4jBackend(Precision.DOUBLE)) {
            List<double[]> expected = layer(oracle, x, weights);
            List<double[]> actual = layer(backend, x, weights);
            for (int i = 0; i < expected.size(); i++) {
                assertClose("output " + i, actual.get(i), expected.get(i), 4);
            }
        }
    }

    @Test
    void distinctOutputsMayBeWrittenAtOnce() throws Exception {
        Matrix input = matrix(Layout.WHOLE, 257, 129, normals(257 * 129));
        Matrix weights = matrix(Layout.WHOLE, 129, 65, normals(129 * 65));
        Matrix bias = matrix(Layout.WHOLE, 1, 65, normals(65));
        Callable<List<double[]>> work = () -> {
            Matrix s = backend.allocate(257, 65);
            Matrix y = backend.allocate(257, 65);
            Matrix gradient = backend.allocate(129, 65);
            double dot = 0;
            for (int i = 0; i < 20; i++) {
                backend.broadcastRow(bias, s);
                backend.multiply(1, input, false, weights, false, 1, s);
                backend.activate(Activation.TANH, s, y);
                backend.multiply(1, input, true, y, false, 0, gradient);
                dot += backend.dot(gradient, weights);
            }
            return List.of(values(y), values(gradient), new double[] {dot});
        };
        List<double[]> alone = work.call();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (Future<List<double[]>> result : threads.invokeAll(Collections.nCopies(8, work))) {
                for (int i = 0; i < alone.size(); i++) {
                    assertExactly(result.get().get(i), alone.get(i));
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** A layer forward and backward with a step of Adam: output, input's gradient, weights, sums, a dot product. */
    private static List<double[]> layer(Backend backend, double[] x, double[] weights) {
        Matrix input = backend.allocate(257, 129);
        Matrix w = backend.allocate(129, 65);
        Matrix bias = backend.allocate(1, 65);
        Matrix s = backend.allocate(257, 65);
        Matrix y = backend.allocate(257, 65);
        Matrix inputGradient = backend.allocate(257, 129);
        Matrix gradient = backend.allocate(129, 65);
        backend.upload(x, input);
        backend.upload(weights, w);
        backend.fill(bias, 0.25);
        backend.broadcastRow(bias, s);
        backend.multiply(1, input, false, w, false, 1, s);
        backend.activate(Activation.TANH, s, y);
        double[] output = download(backend, y);
        Matrix delta = backend.allocate(257, 65);
        backend.copy(y, delta);
        backend.activateBackward(Activation.TANH, s, y, delta);
        backend.multiply(1, delta, false, w, true, 0, inputGradient);
        backend.multiply(1.0 / 257, input, true, delta, false, 0, gradient);
        backend.sumRows(delta, bias);
        double dot = backend.dot(gradient, gradient);
        backend.adam(w, gradient, 1, backend.allocate(129, 65), backend.allocate(129, 65), 0.01, 0.9, 0.999, 1e-2, 1);
        return List.of(
                output, download(backend, inputGradient), download(backend, w), download(backend, bias), new double[] {
                    dot
                });
    }

    private static double[] download(Backend backend, Matrix matrix) {
        double[] values = new double[matrix.size()];
        backend.download(matrix, values);
        return values;
    }
}
