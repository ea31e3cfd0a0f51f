package kingfisher.optim.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;

/** What holds besides for families whose parameters are logits and whose outcomes can be counted. */
abstract class DiscreteDistributionContract extends DistributionContract {

    /** All values that the elements of an action can have. */
    abstract List<double[]> actions();

    @Override
    final List<double[]> outcomes(double[] row) {
        return actions();
    }

    @Override
    final double measure(double[] row) {
        return 1;
    }

    @Override
    final double[] parameters(int rows, UniformRandomProvider random) {
        return random.doubles((long) rows * distribution.parameterSize(), -2, 2).toArray();
    }

    @Test
    void sampledFrequenciesPassChiSquare() {
        int draws = 50_000;
        double[] row = row(parameters, 1);
        double[] drawn = drawn(draws, repeated(row, draws));
        double chiSquare = 0;
        for (double[] action : actions()) {
            double expected = draws * probability(row, action);
            long observed = 0;
            for (int i = 0; i < draws; i++) {
                if (Arrays.equals(action, Arrays.copyOfRange(drawn, i * actionWidth, (i + 1) * actionWidth))) {
                    observed++;
                }
            }
            chiSquare += (observed - expected) * (observed - expected) / expected;
        }
        assertThat(chiSquare).isLessThan(ChiSquare.fourDeviations(actions().size() - 1));
    }

    @Test
    void logitsOfTenThousandGiveFiniteResults() {
        int rows = 200;
        double[] extreme = random.ints((long) rows * width, -1, 2)
                .mapToDouble(sign -> sign * 1e4)
                .toArray();
        double[] other = random.ints((long) rows * width, -1, 2)
                .mapToDouble(sign -> sign * 1e4)
                .toArray();
        double[] actions = drawn(rows, parameters(rows, random));
        double[] weights = new double[rows];
        Arrays.fill(weights, 1);
        double[] output = new double[rows];
        distribution.logProbability(rows, extreme, actions, output);
        assertThat(Arrays.stream(output)).allMatch(value -> value <= 0 && value >= -2e4 * width);
        distribution.entropy(rows, extreme, output);
        assertThat(Arrays.stream(output))
                .allMatch(value -> value >= 0 && value <= Math.log(actions().size()) + 1e-12);
        distribution.kullbackLeibler(rows, extreme, other, output);
        assertThat(Arrays.stream(output)).allMatch(value -> value >= 0 && value <= 2e4 * width);
        double[] gradient = new double[rows * width];
        distribution.addLogProbabilityGradient(rows, extreme, actions, weights, gradient);
        distribution.addEntropyGradient(rows, extreme, weights, gradient);
        distribution.addKullbackLeiblerGradient(rows, extreme, other, weights, gradient);
        assertThat(Arrays.stream(gradient)).allMatch(value -> Math.abs(value) <= 3);
        double[] product = new double[rows * width];
        distribution.addFisherProduct(rows, extreme, other, weights, product);
        assertThat(Arrays.stream(product)).allMatch(value -> Math.abs(value) <= 1e4);
        distribution.sample(rows, extreme, random, actions);
        distribution.logProbability(rows, extreme, actions, output);
        assertThat(Arrays.stream(output)).allMatch(value -> value > -100);
    }
}
