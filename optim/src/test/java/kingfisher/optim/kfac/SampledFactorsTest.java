package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.curvature.NegativeLogLikelihood;
import kingfisher.optim.curvature.OutputMetric;
import kingfisher.optim.curvature.SquaredError;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.distribution.Categorical;
import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.oracle.ModelFixture;
import kingfisher.optim.parallel.Workers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Factors from targets that are sampled from the model, against those without sampling. */
final class SampledFactorsTest {

    private static final long SEED = 20261128;
    private static final int ROWS = 100;

    private final Backend backend = new CpuBackend();

    /** A head's loss, and a small network with ROWS examples for it. */
    private enum Head {
        SQUARED_ERROR,
        CATEGORICAL,
        /** Two means and two log standard deviations, all of them outputs of the network. */
        DIAGONAL_GAUSSIAN;

        private OutputMetric metric() {
            return switch (this) {
                case SQUARED_ERROR -> new SquaredError(3);
                case CATEGORICAL -> new NegativeLogLikelihood(Categorical.of(3));
                case DIAGONAL_GAUSSIAN -> new NegativeLogLikelihood(DiagonalGaussian.of(2));
            };
        }

        List<WeightedMetric> metrics() {
            return List.of(metric().weighted(1));
        }

        ModelFixture fixture(Backend backend) {
            return ModelFixture.network(backend, Activation.TANH, ROWS, SEED, 4, 3, metric().width());
        }
    }

    private static KroneckerCurvature curvature(NetworkModel model, Head head, FisherEstimator estimator, long seed) {
        return new KroneckerCurvature(
                model,
                head.metrics(),
                KroneckerSettings.defaults().withEstimator(estimator).withFactorDecay(0),
                seed,
                new Workers(1));
    }

    private List<List<double[]>> exact(Head head) {
        try (KroneckerCurvature curvature =
                curvature(head.fixture(backend).model(), head, FisherEstimator.EXACT, SEED)) {
            curvature.advance(1, List.of());
            return curvature.blocks().stream().map(Course::matrices).toList();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theFactorsOfInputsAreExact(Head head) {
        List<List<double[]>> exact = exact(head);
        try (KroneckerCurvature curvature =
                curvature(head.fixture(backend).model(), head, FisherEstimator.SAMPLED, SEED)) {
            curvature.advance(1, List.of());
            for (int l = 0; l < exact.size(); l++) {
                List<double[]> sampled = Course.matrices(curvature.blocks().get(l));
                assertThat(sampled.get(0))
                        .as("A of layer %d, seed %d", l, SEED)
                        .isEqualTo(exact.get(l).get(0));
                assertThat(sampled.get(1))
                        .as("S of layer %d, seed %d", l, SEED)
                        .isNotEqualTo(exact.get(l).get(1));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theFactorsOfCotangentsAreUnbiased(Head head) {
        int draws = 1000;
        List<List<double[]>> exact = exact(head);
        try (KroneckerCurvature curvature =
                curvature(head.fixture(backend).model(), head, FisherEstimator.SAMPLED, SEED)) {
            Moments[] layers = exact.stream()
                    .map(factors -> new Moments(factors.get(1).length))
                    .toArray(Moments[]::new);
            for (int draw = 0; draw < draws; draw++) {
                curvature.advance(1, List.of()); // without decay, the average is this draw
                for (int l = 0; l < layers.length; l++) {
                    layers[l].add(Course.matrices(curvature.blocks().get(l)).get(1));
                }
            }
            for (int l = 0; l < layers.length; l++) {
                double largest = Arrays.stream(exact.get(l).get(1)).max().orElseThrow();
                for (int i = 0; i < layers[l].sum.length; i++) {
                    assertThat(Math.abs(layers[l].mean(i, draws) - exact.get(l).get(1)[i]))
                            .as("element %d of S of layer %d, seed %d", i, l, SEED)
                            // what is left of single precision where an element has no noise
                            .isLessThan(4 * layers[l].standardError(i, draws) + 1e-6);
                    assertThat(layers[l].standardError(i, draws))
                            .as("the noise must not hide a bias")
                            .isLessThan(0.02 * largest);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theErrorFallsWithTheRootOfTheNumberOfSamples(Head head) {
        int seeds = 64;
        int[] batches = {1, 4, 16, 100}; // of ROWS samples each
        List<List<double[]>> exact = exact(head);
        double[][] squares = new double[exact.size()][batches.length];
        NetworkModel model = head.fixture(backend).model();
        for (int s = 0; s < seeds; s++) {
            try (KroneckerCurvature curvature = curvature(model, head, FisherEstimator.SAMPLED, SEED + 1000L * s)) {
                int done = 0;
                for (int n = 0; n < batches.length; n++) {
                    for (; done < batches[n]; done++) {
                        curvature.initialize(model, List.of()); // a plain mean over all rows so far
                    }
                    for (int l = 0; l < squares.length; l++) {
                        squares[l][n] += squaredDistance(
                                Course.matrices(curvature.blocks().get(l)).get(1),
                                exact.get(l).get(1));
                    }
                }
            }
        }
        for (int l = 0; l < squares.length; l++) {
            assertThat(slope(batches, squares[l]))
                    .as("slope of the error of S of layer %d, seeds from %d", l, SEED)
                    .isBetween(-0.6, -0.4);
        }
    }

    private static double squaredDistance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return sum;
    }

    /** Least squares of the logarithm of the root mean square over that of the number. */
    private static double slope(int[] numbers, double[] squares) {
        double meanX = 0;
        double meanY = 0;
        for (int i = 0; i < numbers.length; i++) {
            meanX += Math.log(numbers[i]) / numbers.length;
            meanY += 0.5 * Math.log(squares[i]) / numbers.length;
        }
        double xy = 0;
        double xx = 0;
        for (int i = 0; i < numbers.length; i++) {
            double x = Math.log(numbers[i]) - meanX;
            xy += x * (0.5 * Math.log(squares[i]) - meanY);
            xx += x * x;
        }
        return xy / xx;
    }

    /** Sums of numbers and of their squares. */
    private static final class Moments {

        private final double[] sum;
        private final double[] squares;

        Moments(int size) {
            sum = new double[size];
            squares = new double[size];
        }

        void add(double[] values) {
            for (int i = 0; i < values.length; i++) {
                sum[i] += values[i];
                squares[i] += values[i] * values[i];
            }
        }

        double mean(int i, int count) {
            return sum[i] / count;
        }

        double standardError(int i, int count) {
            double variance = squares[i] / count - mean(i, count) * mean(i, count);
            return Math.sqrt(Math.max(0, variance) / (count - 1));
        }
    }
}
