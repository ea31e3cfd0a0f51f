package kingfisher.optim.curvature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
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
    private static final OutputMetric GAUSSIAN = new NegativeLogLikelihood(DiagonalGaussian.of(2));

    private final UniformRandomProvider random = RandomSource.L64_X128_MIX.create(20261125);

    record Case(OutputMetric metric, Function<double[], double[][]> dense) {}

    static List<Case> convex() {
        return List.of(
                new Case(new NegativeLogLikelihood(Categorical.of(4)), Curvatures::softmax),
                new Case(
                        new NegativeLogLikelihood(MultiCategorical.of(2, 3)),
                        z -> Curvatures.besides(
                                1,
                                Curvatures.softmax(Arrays.copyOf(z, 2)),
                                1,
                                Curvatures.softmax(Arrays.copyOfRange(z, 2, 5)))),
                new Case(new NegativeLogLikelihood(Bernoulli.of(3)), Curvatures::logistic),
                new Case(new SquaredError(2), Curvatures::identity));
    }

    static Stream<Case> all() {
        return Stream.concat(convex().stream(), Stream.of(new Case(GAUSSIAN, Curvatures::gaussianFisher)));
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
        int width = given.metric().width();
        double[] outputs = random.doubles((long) ROWS * width, -2, 2).toArray();
        double[] vectors = random.doubles((long) ROWS * width, -1, 1).toArray();
        double[] weights = random.doubles(ROWS, 0, 2).toArray();
        double[] before = random.doubles((long) ROWS * width, -1, 1).toArray();
        double[] product = before.clone();
        method.add(ROWS, outputs, vectors, weights, product);
        for (int b = 0; b < ROWS; b++) {
            double[][] dense = given.dense().apply(Arrays.copyOfRange(outputs, b * width, (b + 1) * width));
            double[] expected = Dense.multiply(dense, Arrays.copyOfRange(vectors, b * width, (b + 1) * width));
            for (int i = 0; i < width; i++) {
                assertThat(product[b * width + i])
                        .isCloseTo(before[b * width + i] + weights[b] * expected[i], within(1e-13));
            }
        }
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

    private interface Product {
        void add(int rows, double[] outputs, double[] vectors, double[] weights, double[] product);
    }
}
