package kingfisher.optim.curvature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kingfisher.optim.Allocations;
import kingfisher.optim.distribution.Bernoulli;
import kingfisher.optim.distribution.Categorical;
import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.distribution.MultiCategorical;
import kingfisher.optim.oracle.Dense;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("output metrics, seed 20261125")
final class OutputMetricTest {

    private static final int ROWS = 5;
    private static final int DRAWS = 200_000;
    private static final OutputMetric GAUSSIAN = new NegativeLogLikelihood(DiagonalGaussian.of(2));

    private final UniformRandomProvider random = RandomSource.L64_X128_MIX.create(20261125);

    /**
     * A metric with textbook formulas for one row.
     *
     * @param loss of outputs and target
     * @param dense the Fisher matrix of outputs, which is the Hessian if there is one
     */
    record Case(
            OutputMetric metric, ToDoubleBiFunction<double[], double[]> loss, Function<double[], double[][]> dense) {}

    static List<Case> convex() {
        return List.of(
                new Case(
                        new NegativeLogLikelihood(Categorical.of(4)),
                        (z, t) -> crossEntropy(z, 0, 4, t[0]),
                        Curvatures::softmax),
                new Case(
                        new NegativeLogLikelihood(MultiCategorical.of(2, 3)),
                        (z, t) -> crossEntropy(z, 0, 2, t[0]) + crossEntropy(z, 2, 5, t[1]),
                        z -> Curvatures.besides(
                                1,
                                Curvatures.softmax(Arrays.copyOf(z, 2)),
                                1,
                                Curvatures.softmax(Arrays.copyOfRange(z, 2, 5)))),
                new Case(
                        new NegativeLogLikelihood(Bernoulli.of(3)),
                        (z, t) -> sum(3, i -> Math.log(1 + Math.exp(z[i])) - t[i] * z[i]),
                        Curvatures::logistic),
                new Case(
                        BernoulliDivergence.of(3),
                        (z, t) -> sum(3, i -> Math.log(1 + Math.exp(z[i])) - t[i] * z[i]),
                        Curvatures::logistic),
                new Case(
                        new SquaredError(2),
                        (z, t) -> sum(2, i -> 0.5 * (z[i] - t[i]) * (z[i] - t[i])),
                        Curvatures::identity));
    }

    static Stream<Case> all() {
        Case gaussian = new Case(
                GAUSSIAN,
                (z, t) -> sum(2, i -> {
                    double variance = Math.exp(2 * z[2 + i]);
                    return 0.5 * ((t[i] - z[i]) * (t[i] - z[i]) / variance + Math.log(2 * Math.PI * variance));
                }),
                Curvatures::gaussianFisher);
        return Stream.concat(convex().stream(), Stream.of(gaussian));
    }

    private static double sum(int count, IntToDoubleFunction term) {
        return IntStream.range(0, count).mapToDouble(term).sum();
    }

    private static double crossEntropy(double[] logits, int from, int to, double action) {
        return Math.log(sum(to - from, i -> Math.exp(logits[from + i]))) - logits[from + (int) action];
    }

    @ParameterizedTest
    @MethodSource("all")
    void lossIsItsFormula(Case given) {
        Batch batch = new Batch(given.metric());
        double[] loss = new double[ROWS + 1];
        Arrays.fill(loss, 42);
        given.metric().loss(ROWS, batch.outputs, batch.targets, loss);
        for (int b = 0; b < ROWS; b++) {
            double expected = given.loss().applyAsDouble(batch.row(batch.outputs, b), batch.target(b));
            assertThat(loss[b]).isCloseTo(expected, within(1e-13));
        }
        assertThat(loss[ROWS]).isEqualTo(42);
    }

    @ParameterizedTest
    @MethodSource("all")
    void gradientIsTheCentralDifferenceOfTheLoss(Case given) {
        Batch batch = new Batch(given.metric());
        double[] gradient = batch.before.clone();
        given.metric().addLossGradient(ROWS, batch.outputs, batch.targets, batch.weights, gradient);
        double h = 1e-5;
        for (int i = 0; i < gradient.length; i++) {
            int b = i / batch.width;
            double[] above = new double[ROWS];
            double[] below = new double[ROWS];
            given.metric().loss(ROWS, moved(batch.outputs, i, h), batch.targets, above);
            given.metric().loss(ROWS, moved(batch.outputs, i, -h), batch.targets, below);
            double expected = batch.before[i] + batch.weights[b] * (above[b] - below[b]) / (2 * h);
            assertThat(gradient[i]).isCloseTo(expected, within(1e-7 * Math.max(1, Math.abs(expected))));
        }
    }

    private static double[] moved(double[] array, int index, double step) {
        double[] result = array.clone();
        result[index] += step;
        return result;
    }

    @ParameterizedTest
    @MethodSource("convex")
    void hessianProductIsTheCentralDifferenceOfTheGradient(Case given) {
        Batch batch = new Batch(given.metric());
        double h = 1e-5;
        double[] above = batch.outputs.clone();
        double[] below = batch.outputs.clone();
        for (int i = 0; i < above.length; i++) {
            above[i] += h * batch.vectors[i];
            below[i] -= h * batch.vectors[i];
        }
        double[] forward = scaled(0.5 / h, batch.weights);
        double[] backward = scaled(-0.5 / h, batch.weights);
        double[] difference = new double[above.length];
        given.metric().addLossGradient(ROWS, above, batch.targets, forward, difference);
        given.metric().addLossGradient(ROWS, below, batch.targets, backward, difference);
        double[] product = new double[above.length];
        given.metric().addHessianProduct(ROWS, batch.outputs, batch.vectors, batch.weights, product);
        assertThat(product).containsExactly(difference, within(1e-8));
    }

    private static double[] scaled(double factor, double[] array) {
        return Arrays.stream(array).map(value -> factor * value).toArray();
    }

    @ParameterizedTest
    @MethodSource("all")
    void gradientsOfSampledTargetsHaveMeanZeroAndTheFisherMatrixAsCovariance(Case given) {
        int width = given.metric().width();
        double[] row = random.doubles(width, -1, 1).toArray();
        double[] outputs = new double[DRAWS * width];
        Arrays.setAll(outputs, i -> row[i % width]);
        double[] targets = new double[DRAWS * given.metric().targetSize()];
        given.metric().sampleTargets(DRAWS, outputs, random, targets);
        double[] gradient = new double[DRAWS * width];
        given.metric().addLossGradient(DRAWS, outputs, targets, Curvatures.ones(DRAWS), gradient);
        double[][] fisher = given.dense().apply(row);
        for (int i = 0; i < width; i++) {
            int first = i;
            assertMean(b -> gradient[b * width + first], 0);
            for (int j = 0; j <= i; j++) {
                int second = j;
                assertMean(b -> gradient[b * width + first] * gradient[b * width + second], fisher[i][j]);
            }
        }
    }

    private static void assertMean(IntToDoubleFunction value, double expected) {
        double mean = sum(DRAWS, value) / DRAWS;
        double variance = sum(DRAWS, b -> (value.applyAsDouble(b) - mean) * (value.applyAsDouble(b) - mean)) / DRAWS;
        assertThat(mean).isCloseTo(expected, within(4 * Math.sqrt(variance / DRAWS)));
    }

    @ParameterizedTest
    @MethodSource("all")
    void factorTimesItsTransposeIsTheFisherMatrix(Case given) {
        Batch batch = new Batch(given.metric());
        int width = batch.width;
        double[] expected = batch.before.clone();
        given.metric().addFisherProduct(ROWS, batch.outputs, batch.vectors, batch.weights, expected);
        double[] product = batch.before.clone();
        for (int column = 0; column < width; column++) {
            double[] factor = new double[ROWS * width];
            given.metric().addFactorColumn(column, ROWS, batch.outputs, Curvatures.ones(ROWS), factor);
            double[] along = new double[ROWS];
            for (int i = 0; i < factor.length; i++) {
                along[i / width] += batch.weights[i / width] * factor[i] * batch.vectors[i];
            }
            given.metric().addFactorColumn(column, ROWS, batch.outputs, along, product);
        }
        assertThat(product).containsExactly(expected, within(1e-12));
    }

    @ParameterizedTest
    @MethodSource("all")
    void columnsOutsideTheFactorAreRefused(Case given) {
        Batch batch = new Batch(given.metric());
        for (int column : new int[] {-1, batch.width}) {
            assertThatThrownBy(() ->
                            given.metric().addFactorColumn(column, ROWS, batch.outputs, batch.weights, batch.before))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("column must be in [0, %d): %d".formatted(batch.width, column));
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void generatorStateAloneDecidesTheTargets(Case given) {
        Batch batch = new Batch(given.metric());
        int size = given.metric().targetSize();
        double[] together = new double[ROWS * size];
        given.metric().sampleTargets(ROWS, batch.outputs, RandomSource.L64_X128_MIX.create(1), together);
        UniformRandomProvider same = RandomSource.L64_X128_MIX.create(1);
        for (int b = 0; b < ROWS; b++) {
            double[] alone = new double[size];
            given.metric().sampleTargets(1, batch.row(batch.outputs, b), same, alone);
            assertThat(alone).containsExactly(Arrays.copyOfRange(together, b * size, (b + 1) * size));
        }
        batch.outputs[0] = Double.NaN;
        assertThatThrownBy(() -> given.metric().sampleTargets(ROWS, batch.outputs, random, together))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContainingAll("row 0", "NaN");
    }

    @ParameterizedTest
    @MethodSource("all")
    void inputsAreNotModifiedLongerArraysAreLeftAloneAndNothingIsAllocated(Case given) {
        Batch batch = new Batch(given.metric());
        List<double[]> inputs = List.of(batch.outputs, batch.targets, batch.weights);
        List<double[]> copies = inputs.stream().map(double[]::clone).toList();
        double[] loss = new double[ROWS];
        double[] written = Arrays.copyOf(batch.before, batch.before.length + 1);
        written[batch.before.length] = 42;
        long allocated = Allocations.during(1000, () -> {
            given.metric().loss(ROWS, batch.outputs, batch.targets, loss);
            given.metric().addLossGradient(ROWS, batch.outputs, batch.targets, batch.weights, written);
            given.metric().addFactorColumn(batch.width - 1, ROWS, batch.outputs, batch.weights, written);
        });
        assertThat(allocated).isLessThan(1000);
        assertThat(written[batch.before.length]).isEqualTo(42);
        for (int i = 0; i < inputs.size(); i++) {
            assertThat(inputs.get(i)).containsExactly(copies.get(i));
        }
    }

    @ParameterizedTest
    @MethodSource("convex")
    void hessianProductIsThatOfTheDenseHessian(Case given) {
        assertProduct(given, given.metric()::addHessianProduct);
    }

    @ParameterizedTest
    @MethodSource("all")
    void fisherProductIsThatOfTheDenseFisherMatrix(Case given) {
        assertProduct(given, given.metric()::addFisherProduct);
    }

    private void assertProduct(Case given, Product method) {
        Batch batch = new Batch(given.metric());
        double[] product = batch.before.clone();
        method.add(ROWS, batch.outputs, batch.vectors, batch.weights, product);
        for (int b = 0; b < ROWS; b++) {
            double[][] dense = given.dense().apply(batch.row(batch.outputs, b));
            double[] expected = Dense.multiply(dense, batch.row(batch.vectors, b));
            for (int i = 0; i < expected.length; i++) {
                int at = b * expected.length + i;
                assertThat(product[at]).isCloseTo(batch.before[at] + batch.weights[b] * expected[i], within(1e-13));
            }
        }
    }

    @Test
    void aDivergenceFromProbabilitiesIsItsFormula() {
        int width = 4;
        double[] targets = {0, 0.25, 0.5, 1, 1, 1e-9, 0.75, 0};
        double[] outputs = {-2, 3, 0.5, 1.5, -40, -25, Math.log(3), 40};
        BernoulliDivergence metric = BernoulliDivergence.of(width);
        double[] loss = new double[2];
        metric.loss(2, outputs, targets, loss);
        double[] gradient = new double[2 * width];
        metric.addLossGradient(2, outputs, targets, new double[] {1, 2}, gradient);
        for (int b = 0; b < 2; b++) {
            int row = b * width;
            assertThat(loss[b])
                    .isCloseTo(sum(width, i -> divergence(targets[row + i], outputs[row + i])), within(1e-13));
        }
        for (int i = 0; i < gradient.length; i++) {
            double expected = (i / width + 1) * (1 / (1 + Math.exp(-outputs[i])) - targets[i]);
            assertThat(gradient[i]).isCloseTo(expected, within(1e-15));
        }
        metric.loss(1, new double[] {-60, Math.log(0.25 / 0.75), 0, 60}, targets, loss);
        assertThat(loss[0]).as("at a fit").isCloseTo(0, within(1e-15));
        metric.loss(1, new double[] {-700, 0, 0, Double.POSITIVE_INFINITY}, targets, loss);
        assertThat(loss[0]).as("certain events").isFinite();
    }

    private static double divergence(double target, double output) {
        double probability = 1 / (1 + Math.exp(-output));
        double impossible = 1 / (1 + Math.exp(output));
        return (target == 0 ? 0 : target * Math.log(target / probability))
                + (target == 1 ? 0 : (1 - target) * Math.log((1 - target) / impossible));
    }

    @Test
    void aDivergenceFromNoProbabilityIsRefused() {
        for (double target : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThatThrownBy(() ->
                            BernoulliDivergence.of(1).loss(2, new double[2], new double[] {0.5, target}, new double[2]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("target of row 1 must be from 0 to 1: " + target);
        }
        assertThatThrownBy(() -> BernoulliDivergence.of(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("events must be at least 1: 0");
    }

    @Test
    void theHessianOfAGaussianWithLogStandardDeviationIsRefused() {
        assertThat(GAUSSIAN.convex()).isFalse();
        double[] row = new double[4];
        assertThatThrownBy(() -> GAUSSIAN.addHessianProduct(1, row, row, new double[1], new double[4]))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("the negative log-likelihood of DiagonalGaussian(2) is not convex in mean and log"
                        + " standard deviation");
    }

    @Test
    void weightsOfHeadsMustBeFiniteAndNotNegative() {
        for (double weight : new double[] {-0.5, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> GAUSSIAN.weighted(weight))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the weight of a head must be finite and not negative: " + weight);
        }
        assertThatThrownBy(() -> new SquaredError(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the width of a squared error must be at least 1: 0");
    }

    /** Random numbers of all kinds for some rows. */
    private final class Batch {
        final int width;
        final int targetSize;
        final double[] outputs;
        final double[] vectors;
        final double[] before;
        final double[] weights;
        final double[] targets;

        Batch(OutputMetric metric) {
            width = metric.width();
            targetSize = metric.targetSize();
            outputs = random.doubles((long) ROWS * width, -2, 2).toArray();
            vectors = random.doubles((long) ROWS * width, -1, 1).toArray();
            weights = random.doubles(ROWS, 0, 2).toArray();
            before = random.doubles((long) ROWS * width, -1, 1).toArray();
            targets = new double[ROWS * targetSize];
            metric.sampleTargets(ROWS, outputs, random, targets);
        }

        double[] row(double[] array, int b) {
            return Arrays.copyOfRange(array, b * width, (b + 1) * width);
        }

        double[] target(int b) {
            return Arrays.copyOfRange(targets, b * targetSize, (b + 1) * targetSize);
        }
    }

    private interface Product {
        void add(int rows, double[] outputs, double[] vectors, double[] weights, double[] product);
    }
}
