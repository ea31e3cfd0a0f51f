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

final class CategoricalTest extends DiscreteDistributionContract {
    private static final double INFINITY = Double.POSITIVE_INFINITY;
    private static final int CLASSES = 5;

    @Override
    Distribution create() {
        return Categorical.of(CLASSES);
    }

    @Override
    List<double[]> actions() {
        return IntStream.range(0, CLASSES).mapToObj(i -> new double[] {i}).toList();
    }

    @Override
    double probability(double[] row, double[] action) {
        double sum = 0;
        for (double logit : row) {
            sum += Math.exp(logit);
        }
        return Math.exp(row[(int) action[0]]) / sum;
    }

    @Override
    double[] description(double[] row) {
        return IntStream.range(0, row.length)
                .mapToDouble(index -> probability(row, new double[] {index}))
                .toArray();
    }

    @Test
    void logitsAreLogarithmsOfProportions() {
        double[] parameters = {0, Math.log(3), Math.log(4)};
        double[] result = new double[1];
        Categorical.of(3).logProbability(1, parameters, new double[] {1}, result);
        assertThat(result[0]).isCloseTo(Math.log(3.0 / 8), within(1e-15));
    }

    @Test
    void addingAConstantToTheLogitsChangesNothing() {
        double[] shifted = {1e4 + 1, 1e4 + 2, 1e4 - 1, 1e4, 1e4 + 3};
        double[] plain = {1, 2, -1, 0, 3};
        assertThat(logProbability(shifted, 2)).isEqualTo(logProbability(plain, 2));
        assertThat(entropy(shifted)).isEqualTo(entropy(plain));
    }

    @Test
    void excludedClassHasNoPartInAnything() {
        double[] masked = {0, -INFINITY, Math.log(3), -INFINITY, -INFINITY};
        double[] two = {0.25, 0.75};
        assertThat(entropy(masked)).isCloseTo(-two[0] * Math.log(two[0]) - two[1] * Math.log(two[1]), within(1e-15));
        assertThat(logProbability(masked, 1)).isEqualTo(-INFINITY);
        double[] gradient = new double[CLASSES];
        distribution.addLogProbabilityGradient(1, masked, new double[] {0}, new double[] {1}, gradient);
        assertThat(gradient).containsExactly(new double[] {0.75, 0, -0.75, 0, 0}, within(1e-15));
        double[] entropyGradient = new double[CLASSES];
        distribution.addEntropyGradient(1, masked, new double[] {1}, entropyGradient);
        double expected = two[0] * two[1] * Math.log(3);
        assertThat(entropyGradient).containsExactly(new double[] {expected, 0, -expected, 0, 0}, within(1e-15));
        double[] divergence = new double[1];
        distribution.kullbackLeibler(1, masked, masked, divergence);
        assertThat(divergence[0]).isZero();
        distribution.kullbackLeibler(1, new double[CLASSES], masked, divergence);
        assertThat(divergence[0]).isEqualTo(INFINITY);
        double[] actions = drawn(1000, repeated(masked, 1000));
        assertThat(actions).containsOnly(0, 2);
    }

    @Test
    void fisherProductOfAConstantIsExactlyZero() {
        double[] constants = new double[ROWS * CLASSES];
        Arrays.fill(constants, 0.1);
        double[] weights = new double[ROWS];
        Arrays.fill(weights, 1);
        double[] product = new double[ROWS * CLASSES];
        distribution.addFisherProduct(ROWS, parameters, constants, weights, product);
        assertThat(product).containsOnly(0);
    }

    @Test
    void fisherProductKeepsItsDigitsWhereOneClassIsNearlyCertain() {
        double[] product = new double[CLASSES];
        double rare = Math.exp(-40);
        double[] row = {0, -40, -INFINITY, -INFINITY, -INFINITY};
        distribution.addFisherProduct(1, row, new double[] {1, 3, 5, 5, 5}, new double[] {1}, product);
        assertThat(product).containsExactly(new double[] {-2 * rare, 2 * rare, 0, 0, 0}, within(1e-15 * rare));
    }

    @Test
    void fisherFactorKeepsItsDigitsWhereOneClassIsNearlyCertain() {
        double rare = Math.exp(-40);
        double[] row = {0, -40, -INFINITY, -INFINITY, -INFINITY};
        double[] certain = new double[CLASSES];
        distribution.addFisherFactorColumn(0, 1, row, new double[] {1}, certain);
        assertThat(certain).containsExactly(new double[] {rare, -rare, 0, 0, 0}, within(1e-15 * rare));
        double[] unlikely = new double[CLASSES];
        distribution.addFisherFactorColumn(1, 1, row, new double[] {1}, unlikely);
        double root = Math.exp(-20);
        assertThat(unlikely).containsExactly(new double[] {-root, root, 0, 0, 0}, within(1e-15 * root));
        double[] excluded = new double[CLASSES];
        distribution.addFisherFactorColumn(2, 1, row, new double[] {1}, excluded);
        assertThat(Arrays.stream(excluded).map(Math::abs)).containsOnly(0.0);
    }

    @Test
    void firstOfEqualLogitsIsTheMode() {
        double[] mode = new double[2];
        distribution.mode(2, new double[] {0, 1, 1, 1, 0, -1, -1, -2, -1, -2}, mode);
        assertThat(mode).containsExactly(1, 0);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, -0.5, 0.5, 5, INFINITY, -INFINITY})
    void anActionThatIsNoIndexIsRefused(double action) {
        assertThatThrownBy(() -> logProbability(row(parameters, 0), action))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("action of row 0 must be a whole number in [0, 5): " + action);
    }

    @Test
    void logitsWithoutADistributionAreNotSampled() {
        double[][] broken = {
            {INFINITY, 0, 0, 0, 0}, {-INFINITY, -INFINITY, -INFINITY, -INFINITY, -INFINITY}, {0, 0, 0, 0, Double.NaN}
        };
        for (double[] row : broken) {
            double[] mode = new double[1];
            distribution.mode(1, row, mode);
            assertThat(mode[0]).isNaN();
            assertThat(logProbability(row, 0)).isNaN();
            assertThat(entropy(row)).isNaN();
            assertThatThrownBy(() -> drawn(1, row))
                    .isInstanceOf(ArithmeticException.class)
                    .hasMessageStartingWith("logits of row 0 define no distribution: [");
        }
    }

    @Test
    void oneClassIsCertain() {
        double[] actions = new double[2];
        Categorical.of(1).sample(2, new double[] {3, -1e4}, random, actions);
        assertThat(actions).containsOnly(0);
        Categorical.of(1).entropy(2, new double[] {3, -1e4}, actions);
        assertThat(actions).containsOnly(0);
    }

    @Test
    void noClassesAreRefused() {
        assertThatThrownBy(() -> Categorical.of(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("classes must be at least 1: 0");
    }
}
