package kingfisher.optim.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BernoulliTest extends DiscreteDistributionContract {
    private static final double INFINITY = Double.POSITIVE_INFINITY;

    @Override
    Distribution create() {
        return Bernoulli.of(3);
    }

    @Override
    List<double[]> actions() {
        return IntStream.range(0, 8)
                .mapToObj(bits -> new double[] {bits & 1, bits >> 1 & 1, bits >> 2})
                .toList();
    }

    @Override
    double probability(double[] row, double[] action) {
        double product = 1;
        for (int i = 0; i < row.length; i++) {
            double happens = 1 / (1 + Math.exp(-row[i]));
            product *= action[i] == 1 ? happens : 1 - happens;
        }
        return product;
    }

    @Override
    double[] description(double[] row) {
        return Arrays.stream(row).map(logit -> 1 / (1 + Math.exp(-logit))).toArray();
    }

    @Test
    void smallProbabilitiesKeepTheirDigits() {
        assertThat(logProbability(new double[] {-40, -40, -40}, 0, 0, 0))
                .isCloseTo(-3 * Math.exp(-40), within(1e-15 * Math.exp(-40)));
        assertThat(entropy(new double[] {40, -40, 40}))
                .isCloseTo(3 * 41 * Math.exp(-40), within(1e-13 * Math.exp(-40)));
    }

    @Test
    void fisherFactorOfNearlyCertainEventsKeepsItsDigits() {
        double[] product = new double[3];
        for (int column = 0; column < 3; column++) {
            distribution.addFisherFactorColumn(
                    column, 1, new double[] {1000, -1000, INFINITY}, new double[] {1}, product);
        }
        double expected = Math.exp(-500);
        assertThat(product).containsExactly(new double[] {expected, expected, 0}, within(1e-15 * expected));
    }

    @Test
    void infiniteLogitsAreCertainEvents() {
        double[] row = {INFINITY, -INFINITY, 0};
        assertThat(drawn(1, row)).startsWith(1, 0);
        assertThat(logProbability(row, 1, 0, 1)).isCloseTo(Math.log(0.5), within(1e-15));
        assertThat(logProbability(row, 0, 0, 1)).isEqualTo(-INFINITY);
        assertThat(entropy(row)).isCloseTo(Math.log(2), within(1e-15));
        double[] gradient = new double[3];
        distribution.addEntropyGradient(1, row, new double[] {1}, gradient);
        distribution.addLogProbabilityGradient(1, row, new double[] {1, 0, 1}, new double[] {1}, gradient);
        assertThat(gradient).containsExactly(0, 0, 0.5);
        double[] product = new double[3];
        distribution.addFisherProduct(1, row, new double[] {1, 2, 3}, new double[] {1}, product);
        assertThat(product).containsExactly(0, 0, 0.75);
    }

    @Test
    void eventsLikelierThanNotAreTheMode() {
        double[] mode = new double[3];
        distribution.mode(1, new double[] {1e-300, 0, -1}, mode);
        assertThat(mode).containsExactly(1, 0, 0);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, 0.5, 2, INFINITY})
    void anActionOtherThanZeroAndOneIsRefused(double action) {
        assertThatThrownBy(() -> logProbability(row(parameters, 0), 0, 1, action))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("action of row 0 must be 0 or 1: " + action);
    }

    @Test
    void noEventsAreRefused() {
        assertThatThrownBy(() -> Bernoulli.of(0)).hasMessage("events must be at least 1: 0");
    }
}
