package kingfisher.optim.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;

final class DiagonalGaussianTest extends DistributionContract {
    private static final double[] DECILES = {
        -1.2815515655446004,
        -0.8416212335729143,
        -0.5244005127080407,
        -0.2533471031357997,
        0,
        0.2533471031357997,
        0.5244005127080407,
        0.8416212335729143,
        1.2815515655446004
    };

    @Override
    Distribution create() {
        return DiagonalGaussian.of(2);
    }

    @Override
    double[] parameters(int rows, UniformRandomProvider random) {
        return random.doubles(4L * rows, -1, 1).toArray();
    }

    /** A grid of half a deviation over ±9: the trapezoidal rule is then exact to rounding for normal integrands. */
    @Override
    List<double[]> outcomes(double[] row) {
        double firstStep = 0.5 * Math.exp(row[2]);
        double secondStep = 0.5 * Math.exp(row[3]);
        List<double[]> outcomes = new ArrayList<>();
        for (int i = -18; i <= 18; i++) {
            for (int j = -18; j <= 18; j++) {
                outcomes.add(new double[] {row[0] + i * firstStep, row[1] + j * secondStep});
            }
        }
        return outcomes;
    }

    @Override
    double measure(double[] row) {
        return 0.25 * Math.exp(row[2] + row[3]);
    }

    @Override
    double probability(double[] row, double[] action) {
        double product = 1;
        for (int i = 0; i < 2; i++) {
            double variance = Math.exp(2 * row[2 + i]);
            double square = (action[i] - row[i]) * (action[i] - row[i]);
            product *= Math.exp(-square / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);
        }
        return product;
    }

    @Override
    double[] description(double[] row) {
        return new double[] {row[0], row[1], Math.exp(row[2]), Math.exp(row[3])};
    }

    @Override
    int samplerBytes() {
        return 64;
    }

    @Test
    void sampledDecilesPassChiSquare() {
        int draws = 50_000;
        double[] actions = drawn(draws, repeated(new double[] {3, -1, Math.log(2), 0}, draws));
        for (int variable = 0; variable < 2; variable++) {
            int[] observed = new int[10];
            for (int i = 0; i < draws; i++) {
                double drawn = actions[2 * i + variable];
                int bin = Arrays.binarySearch(DECILES, variable == 0 ? (drawn - 3) / 2 : drawn + 1);
                observed[bin < 0 ? -bin - 1 : bin]++;
            }
            double expected = draws / 10.0;
            double chiSquare = Arrays.stream(observed)
                    .mapToDouble(n -> (n - expected) * (n - expected) / expected)
                    .sum();
            assertThat(chiSquare).isLessThan(ChiSquare.fourDeviations(9));
        }
    }

    @Test
    void sampledVariablesAreUncorrelated() {
        int draws = 50_000;
        double[] actions = drawn(draws, new double[4 * draws]);
        double sum = 0;
        for (int i = 0; i < draws; i++) {
            sum += actions[2 * i] * actions[2 * i + 1];
        }
        assertThat(sum / draws).isCloseTo(0, within(4 / Math.sqrt(draws)));
    }

    @Test
    void standardNormalHasItsKnownValues() {
        assertThat(logProbability(new double[4], 0, 0)).isCloseTo(-Math.log(2 * Math.PI), within(1e-15));
        assertThat(logProbability(new double[4], 1, -2)).isCloseTo(-Math.log(2 * Math.PI) - 2.5, within(1e-15));
        assertThat(entropy(new double[4])).isCloseTo(Math.log(2 * Math.PI * Math.E), within(1e-15));
    }

    @Test
    void smallDivergencesKeepTheirDigits() {
        double[] divergence = new double[1];
        double step = 1e-9;
        distribution.kullbackLeibler(1, new double[4], new double[] {0, 0, step, 0}, divergence);
        assertThat(divergence[0]).isCloseTo(step * step, within(1e-7 * step * step));
        distribution.kullbackLeibler(1, new double[4], new double[] {step, 0, 0, 0}, divergence);
        assertThat(divergence[0]).isCloseTo(step * step / 2, within(1e-12 * step * step));
    }

    @Test
    void extremeDeviationsGiveFiniteResultsWhereTheyAreFinite() {
        double[] narrow = {1e4, -1e4, -1e4, -1e4};
        double[] wide = {1e4, -1e4, 1e4, 1e4};
        assertThat(logProbability(narrow, 1e4, -1e4)).isCloseTo(2e4, within(2.0));
        assertThat(logProbability(narrow, 0, -1e4)).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(logProbability(wide, 0, 1e300)).isCloseTo(-2e4, within(2.0));
        assertThat(entropy(narrow)).isCloseTo(-2e4, within(3.0));
        double[] gradient = new double[4];
        distribution.addLogProbabilityGradient(1, narrow, new double[] {1e4, -1e4}, new double[] {1}, gradient);
        distribution.addKullbackLeiblerGradient(1, narrow, narrow, new double[] {1}, gradient);
        distribution.addKullbackLeiblerGradient(1, narrow, wide, new double[] {1}, gradient);
        assertThat(gradient).containsExactly(0, 0, 0, 0);
        double[] product = new double[4];
        distribution.addFisherProduct(1, narrow, new double[] {0, 0, 1, 2}, new double[] {1}, product);
        distribution.addFisherProduct(1, wide, new double[] {1, 2, 0, 0}, new double[] {1}, product);
        assertThat(product).containsExactly(0, 0, 2, 4);
        double[] divergence = new double[1];
        distribution.kullbackLeibler(1, narrow, wide, divergence);
        assertThat(divergence[0]).isCloseTo(4e4, within(2.0));
        assertThat(drawn(1, narrow)).containsExactly(1e4, -1e4);
    }

    @Test
    void fisherFactorIsThePrecisionsAndTheRootOfTwo() {
        double[] product = new double[4];
        for (int column = 0; column < 4; column++) {
            distribution.addFisherFactorColumn(
                    column, 1, new double[] {7, -3, Math.log(0.25), Math.log(8)}, new double[] {1}, product);
        }
        double root = Math.sqrt(2);
        assertThat(product).containsExactly(new double[] {4, 0.125, root, root}, within(1e-14));
    }

    @Test
    void aDrawThatOverflowsNamesTheVariable() {
        assertThatThrownBy(() -> drawn(2, new double[] {0, 0, 0, 0, 0, 1, 0, 1e4}))
                .isInstanceOf(ArithmeticException.class)
                .hasMessage("variable 1 of row 1 cannot be drawn: mean 1.0, log standard deviation 10000.0");
    }

    @Test
    void noVariablesAreRefused() {
        assertThatThrownBy(() -> DiagonalGaussian.of(0)).hasMessage("variables must be at least 1: 0");
    }

    /** Runs of rows with the same deviations, after others and before others. */
    @Test
    void whatRowsShareChangesNoBit() {
        int rows = 12;
        UniformRandomProvider random = RandomSource.L64_X128_MIX.create(3);
        double[] from = parameters(rows, random);
        double[] to = parameters(rows, random);
        double[] actions = random.doubles(2L * rows, -1, 1).toArray();
        double[] vectors = random.doubles(4L * rows, -1, 1).toArray();
        double[] weights = random.doubles(rows, -1, 1).toArray();
        for (int row = 1; row < rows; row++) {
            if (row % 4 != 0) {
                System.arraycopy(from, 4 * row - 2, from, 4 * row + 2, 2);
            }
            if (row % 3 != 0) {
                System.arraycopy(to, 4 * row - 2, to, 4 * row + 2, 2);
            }
        }
        Distribution distribution = create();
        double[] all = results(distribution, from, to, actions, vectors, weights);
        for (int row = 0; row < rows; row++) {
            double[] alone = results(
                    distribution,
                    Arrays.copyOfRange(from, 4 * row, 4 * row + 4),
                    Arrays.copyOfRange(to, 4 * row, 4 * row + 4),
                    Arrays.copyOfRange(actions, 2 * row, 2 * row + 2),
                    Arrays.copyOfRange(vectors, 4 * row, 4 * row + 4),
                    Arrays.copyOfRange(weights, row, row + 1));
            assertThat(Arrays.copyOfRange(all, 10 * row, 10 * row + 10)).isEqualTo(alone);
        }
    }

    /** Ten numbers a row: log-probability, divergence, and the four each of a gradient and a Fisher product. */
    private static double[] results(
            Distribution distribution,
            double[] from,
            double[] to,
            double[] actions,
            double[] vectors,
            double[] weights) {
        int rows = weights.length;
        double[] logProbability = new double[rows];
        double[] divergence = new double[rows];
        double[] gradient = new double[4 * rows];
        double[] product = new double[4 * rows];
        distribution.logProbability(rows, from, actions, logProbability);
        distribution.kullbackLeibler(rows, from, to, divergence);
        distribution.addLogProbabilityGradient(rows, from, actions, weights, gradient);
        distribution.addFisherProduct(rows, from, vectors, weights, product);
        double[] results = new double[10 * rows];
        for (int row = 0; row < rows; row++) {
            results[10 * row] = logProbability[row];
            results[10 * row + 1] = divergence[row];
            System.arraycopy(gradient, 4 * row, results, 10 * row + 2, 4);
            System.arraycopy(product, 4 * row, results, 10 * row + 6, 4);
        }
        return results;
    }
}
