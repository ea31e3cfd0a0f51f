package kingfisher.optim.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MultiCategoricalTest extends DiscreteDistributionContract {

    @Override
    Distribution create() {
        return MultiCategorical.of(3, 1, 4);
    }

    @Override
    List<double[]> actions() {
        List<double[]> actions = new ArrayList<>();
        for (int first = 0; first < 3; first++) {
            for (int last = 0; last < 4; last++) {
                actions.add(new double[] {first, 0, last});
            }
        }
        return actions;
    }

    @Override
    double probability(double[] row, double[] action) {
        int first = (int) action[0];
        int last = (int) action[2];
        double firstSum = Math.exp(row[0]) + Math.exp(row[1]) + Math.exp(row[2]);
        double lastSum = Math.exp(row[4]) + Math.exp(row[5]) + Math.exp(row[6]) + Math.exp(row[7]);
        return Math.exp(row[first]) / firstSum * Math.exp(row[4 + last]) / lastSum;
    }

    @Override
    double[] description(double[] row) {
        double[] exponentials = Arrays.stream(row).map(Math::exp).toArray();
        double firstSum = exponentials[0] + exponentials[1] + exponentials[2];
        double lastSum = exponentials[4] + exponentials[5] + exponentials[6] + exponentials[7];
        double[] result = new double[8];
        result[3] = 1; // the only class of the second component
        for (int i = 0; i < 3; i++) {
            result[i] = exponentials[i] / firstSum;
        }
        for (int i = 4; i < 8; i++) {
            result[i] = exponentials[i] / lastSum;
        }
        return result;
    }

    @Test
    void componentsAreCategoricalsSideBySide() {
        double[] entropy = new double[1];
        Categorical.of(3).entropy(1, row(parameters, 0), entropy);
        double first = entropy[0];
        double[] last = {parameters[4], parameters[5], parameters[6], parameters[7]};
        Categorical.of(4).entropy(1, last, entropy);
        assertThat(entropy(row(parameters, 0))).isCloseTo(first + entropy[0], within(1e-15));
    }

    @Test
    void fisherProductOfAConstantInEachComponentIsExactlyZero() {
        double[] product = new double[8];
        double[] constants = {0.1, 0.1, 0.1, 7, -3, -3, -3, -3};
        distribution.addFisherProduct(1, row(parameters, 0), constants, new double[] {1}, product);
        assertThat(product).containsOnly(0);
    }

    @Test
    void fisherFactorsOfComponentsAreApart() {
        double[] alone = new double[4];
        double[] last = {parameters[4], parameters[5], parameters[6], parameters[7]};
        Categorical.of(4).addFisherFactorColumn(2, 1, last, new double[] {1}, alone);
        double[] product = new double[8];
        distribution.addFisherFactorColumn(6, 1, row(parameters, 0), new double[] {1}, product);
        assertThat(product).containsExactly(0, 0, 0, 0, alone[0], alone[1], alone[2], alone[3]);
    }

    @Test
    void sizesAreTheSumAndTheNumberOfComponents() {
        assertThat(distribution.parameterSize()).isEqualTo(8);
        assertThat(distribution.actionSize()).isEqualTo(3);
    }

    @Test
    void everyComponentChecksItsOwnIndex() {
        assertThatThrownBy(() -> logProbability(row(parameters, 0), 2, 1, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("action of row 0 must be a whole number in [0, 1): 1.0");
    }

    @Test
    void badSizesAreRefused() {
        assertThatThrownBy(MultiCategorical::of).hasMessage("number of components must be at least 1: 0");
        assertThatThrownBy(() -> MultiCategorical.of(2, 0)).hasMessage("classes must be at least 1: 0");
    }
}
