package kingfisher.optim.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import kingfisher.optim.Allocations;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What holds for every family, checked against sums over all outcomes (integrals, if outcomes are real numbers) of a
 * probability that the subclass computes by itself.
 */
@DisplayName("contract of a distribution, seed 20261123")
abstract class DistributionContract extends DistributionFixture {

    @Test
    void logProbabilityIsTheLogarithmOfTheProbability() {
        for (int b = 0; b < ROWS; b++) {
            double[] row = row(parameters, b);
            for (double[] action : outcomes(row)) {
                double expected = Math.log(probability(row, action));
                assertThat(logProbability(row, action)).isCloseTo(expected, tolerance(1e-12, expected));
            }
        }
    }

    @Test
    void descriptionsAreThoseOfTheTextbook() {
        double[] description = new double[ROWS * width];
        distribution.describe(ROWS, parameters, description);
        for (int b = 0; b < ROWS; b++) {
            assertThat(row(description, b)).containsExactly(description(row(parameters, b)), within(1e-14));
        }
    }

    @Test
    void probabilitiesSumToOne() {
        for (int b = 0; b < ROWS; b++) {
            double[] row = row(parameters, b);
            assertThat(expectation(row, action -> 1)).isCloseTo(1, within(1e-12));
        }
    }

    @Test
    void entropyIsTheExpectedNegativeLogProbability() {
        double[] entropy = new double[ROWS];
        distribution.entropy(ROWS, parameters, entropy);
        for (int b = 0; b < ROWS; b++) {
            double[] row = row(parameters, b);
            double expected = expectation(row, action -> -Math.log(probability(row, action)));
            assertThat(entropy[b]).isCloseTo(expected, within(1e-12));
        }
    }

    @Test
    void divergenceIsTheExpectedLogRatio() {
        double[] divergence = new double[ROWS];
        distribution.kullbackLeibler(ROWS, parameters, others, divergence);
        for (int b = 0; b < ROWS; b++) {
            double[] from = row(parameters, b);
            double[] to = row(others, b);
            double expected =
                    expectation(from, action -> Math.log(probability(from, action) / probability(to, action)));
            assertThat(divergence[b]).isPositive().isCloseTo(expected, tolerance(1e-12, expected));
        }
    }

    @Test
    void divergenceIsNeverNegativeAndZeroToItself() {
        double[] divergence = new double[ROWS];
        distribution.kullbackLeibler(ROWS, parameters, parameters, divergence);
        assertThat(divergence).containsOnly(0);
        for (double step = 1; step > 1e-20; step /= 3) {
            double[] near = parameters.clone();
            for (int i = 0; i < near.length; i++) {
                near[i] += step * (random.nextDouble() - 0.5);
            }
            distribution.kullbackLeibler(ROWS, parameters, near, divergence);
            assertThat(Arrays.stream(divergence).min().orElseThrow()).isNotNegative();
        }
    }

    @Test
    void gradientOfTheLogProbabilityIsTheCentralDifference() {
        for (int b = 0; b < ROWS; b++) {
            double[] row = row(parameters, b);
            for (double[] action : thinned(outcomes(row))) {
                double[] gradient = new double[width];
                distribution.addLogProbabilityGradient(1, row, action, new double[] {1}, gradient);
                assertGradient(gradient, row, varied -> logProbability(varied, action));
            }
        }
    }

    @Test
    void gradientOfTheEntropyIsTheCentralDifference() {
        for (int b = 0; b < ROWS; b++) {
            double[] row = row(parameters, b);
            double[] gradient = new double[width];
            distribution.addEntropyGradient(1, row, new double[] {1}, gradient);
            assertGradient(gradient, row, this::entropy);
        }
    }

    @Test
    void gradientOfTheDivergenceIsTheCentralDifference() {
        for (int b = 0; b < ROWS; b++) {
            double[] from = row(parameters, b);
            double[] to = row(others, b);
            double[] gradient = new double[width];
            distribution.addKullbackLeiblerGradient(1, from, to, new double[] {1}, gradient);
            assertGradient(gradient, to, varied -> {
                double[] divergence = new double[1];
                distribution.kullbackLeibler(1, from, varied, divergence);
                return divergence[0];
            });
        }
    }

    @Test
    void fisherProductIsTheExpectedScoreTimesItsProductWithTheVector() {
        for (int b = 0; b < ROWS; b++) {
            double[] row = row(parameters, b);
            double[] vector = row(others, b);
            double[] expected = new double[width];
            for (double[] action : outcomes(row)) {
                double[] score = new double[width];
                distribution.addLogProbabilityGradient(1, row, action, new double[] {1}, score);
                double along = 0;
                for (int i = 0; i < width; i++) {
                    along += score[i] * vector[i];
                }
                for (int i = 0; i < width; i++) {
                    expected[i] += measure(row) * probability(row, action) * along * score[i];
                }
            }
            double[] product = fisherProduct(row, vector);
            for (int i = 0; i < width; i++) {
                assertThat(product[i]).isCloseTo(expected[i], tolerance(1e-12, expected[i]));
            }
        }
    }

    @Test
    void fisherMatrixIsSymmetricAndPositiveSemidefinite() {
        for (int b = 0; b < ROWS; b++) {
            double[] row = row(parameters, b);
            double[] left = row(others, b);
            double[] right = row(others, (b + 1) % ROWS);
            double[] leftProduct = fisherProduct(row, left);
            double[] rightProduct = fisherProduct(row, right);
            double above = 0;
            double below = 0;
            double square = 0;
            for (int i = 0; i < width; i++) {
                above += left[i] * rightProduct[i];
                below += right[i] * leftProduct[i];
                square += left[i] * leftProduct[i];
            }
            assertThat(above).isCloseTo(below, tolerance(1e-14, above));
            assertThat(square).isPositive();
        }
    }

    @Test
    void fisherMatrixIsTheHessianOfTheDivergence() {
        for (int b = 0; b < ROWS; b++) {
            double[] row = row(parameters, b);
            double[] vector = row(others, b);
            double h = 1e-5;
            double[] above = row.clone();
            double[] below = row.clone();
            double[] difference = new double[width];
            for (int i = 0; i < width; i++) {
                above[i] += h * vector[i];
                below[i] -= h * vector[i];
            }
            distribution.addKullbackLeiblerGradient(1, row, above, new double[] {0.5 / h}, difference);
            distribution.addKullbackLeiblerGradient(1, row, below, new double[] {-0.5 / h}, difference);
            double[] product = fisherProduct(row, vector);
            for (int i = 0; i < width; i++) {
                assertThat(product[i]).isCloseTo(difference[i], tolerance(1e-7, difference[i]));
            }
        }
    }

    @Test
    void fisherFactorTimesItsTransposeIsTheFisherMatrix() {
        for (int b = 0; b < ROWS; b++) {
            double[] row = row(parameters, b);
            double[] outer = new double[width * width];
            for (int column = 0; column < width; column++) {
                double[] factor = new double[width];
                distribution.addFisherFactorColumn(column, 1, row, new double[] {1}, factor);
                for (int i = 0; i < outer.length; i++) {
                    outer[i] += factor[i / width] * factor[i % width];
                }
            }
            for (int j = 0; j < width; j++) {
                double[] unit = new double[width];
                unit[j] = 1;
                double[] expected = fisherProduct(row, unit);
                for (int i = 0; i < width; i++) {
                    assertThat(outer[i * width + j]).isCloseTo(expected[i], tolerance(1e-12, expected[i]));
                }
            }
        }
    }

    @Test
    void columnsOutsideTheFisherFactorAreRefused() {
        for (int column : new int[] {-1, width}) {
            assertThatThrownBy(() -> distribution.addFisherFactorColumn(
                            column, ROWS, parameters, new double[ROWS], new double[ROWS * width]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("column must be in [0, %d): %d".formatted(width, column));
        }
    }

    @Test
    void parametersOfTenThousandGiveAFiniteFisherFactor() {
        double[] extreme = random.ints((long) ROWS * width, -1, 2)
                .mapToDouble(sign -> sign * 1e4)
                .toArray();
        double[] weights = new double[ROWS];
        Arrays.fill(weights, -0.5);
        for (int column = 0; column < width; column++) {
            double[] product = new double[ROWS * width];
            distribution.addFisherFactorColumn(column, ROWS, extreme, weights, product);
            assertThat(Arrays.stream(product)).allMatch(Double::isFinite);
        }
    }

    @Test
    void gradientsAreAddedWithTheirRowsWeight() {
        double[] actions = drawn(ROWS, parameters);
        double[] weights =
                IntStream.range(0, ROWS).mapToDouble(b -> 1 - 0.7 * b).toArray();
        double[] ones = new double[ROWS];
        Arrays.fill(ones, 1);
        double[] before = parameters(ROWS, random);
        List<GradientMethod> methods = List.of(
                (w, g) -> distribution.addLogProbabilityGradient(ROWS, parameters, actions, w, g),
                (w, g) -> distribution.addEntropyGradient(ROWS, parameters, w, g),
                (w, g) -> distribution.addKullbackLeiblerGradient(ROWS, parameters, others, w, g),
                (w, g) -> distribution.addFisherProduct(ROWS, parameters, others, w, g),
                (w, g) -> addFisherFactor(ROWS, parameters, w, g));
        for (GradientMethod method : methods) {
            double[] plain = new double[ROWS * width];
            method.add(ones, plain);
            double[] weighted = before.clone();
            method.add(weights, weighted);
            for (int i = 0; i < weighted.length; i++) {
                double expected = before[i] + weights[i / width] * plain[i];
                assertThat(weighted[i]).isCloseTo(expected, tolerance(1e-13, expected));
            }
        }
    }

    @Test
    void expectedGradientOfTheLogProbabilityIsZero() {
        double[] row = row(parameters, 0);
        double[] gradient = new double[width];
        for (double[] action : outcomes(row)) {
            double[] weight = {measure(row) * Math.exp(logProbability(row, action))};
            distribution.addLogProbabilityGradient(1, row, action, weight, gradient);
        }
        assertThat(gradient).containsExactly(new double[width], within(1e-12));
    }

    @Test
    void modeIsAtLeastAsProbableAsEveryOutcome() {
        double[] modes = new double[ROWS * actionWidth];
        distribution.mode(ROWS, parameters, modes);
        for (int b = 0; b < ROWS; b++) {
            double[] row = row(parameters, b);
            double[] mode = Arrays.copyOfRange(modes, b * actionWidth, (b + 1) * actionWidth);
            double highest = logProbability(row, mode);
            for (double[] action : outcomes(row)) {
                assertThat(logProbability(row, action)).isLessThanOrEqualTo(highest);
            }
        }
    }

    @Test
    void sampledMeansAreTheExpectationsWithinFourDeviations() {
        int draws = 40_000;
        for (int b = 0; b < 3; b++) {
            double[] from = repeated(row(parameters, b), draws);
            double[] to = repeated(row(others, b), draws);
            double[] actions = drawn(draws, from);
            double[] surprise = new double[draws];
            double[] ratio = new double[draws];
            distribution.logProbability(draws, from, actions, surprise);
            distribution.logProbability(draws, to, actions, ratio);
            for (int i = 0; i < draws; i++) {
                surprise[i] = -surprise[i];
                ratio[i] = -surprise[i] - ratio[i];
            }
            double[] divergence = new double[1];
            distribution.kullbackLeibler(1, from, to, divergence);
            assertMean(surprise, entropy(from));
            assertMean(ratio, divergence[0]);
        }
    }

    @Test
    void generatorStateAloneDecidesTheSample() {
        double[] together = new double[ROWS * actionWidth];
        distribution.sample(ROWS, parameters, generator(), together);
        UniformRandomProvider same = generator();
        for (int b = 0; b < ROWS; b++) {
            double[] alone = new double[actionWidth];
            distribution.sample(1, row(parameters, b), same, alone);
            assertThat(alone).containsExactly(Arrays.copyOfRange(together, b * actionWidth, (b + 1) * actionWidth));
        }
    }

    @Test
    void inputsAreNotModifiedAndLongerArraysAreLeftAlone() {
        double[] longer = Arrays.copyOf(parameters, parameters.length + width);
        double[] actions = Arrays.copyOf(drawn(ROWS, parameters), (ROWS + 1) * actionWidth);
        double[] output = new double[ROWS + 1];
        output[ROWS] = 42;
        double[] gradient = new double[longer.length];
        double[] copy = longer.clone();
        double[] actionsCopy = actions.clone();
        double[] description = new double[longer.length];
        distribution.describe(ROWS, longer, description);
        assertThat(Arrays.copyOfRange(description, ROWS * width, description.length))
                .containsOnly(0);
        distribution.logProbability(ROWS, longer, actions, output);
        distribution.entropy(ROWS, longer, output);
        distribution.kullbackLeibler(ROWS, longer, others, output);
        distribution.addLogProbabilityGradient(ROWS, longer, actions, output, gradient);
        distribution.addEntropyGradient(ROWS, longer, output, gradient);
        distribution.addKullbackLeiblerGradient(ROWS, longer, others, output, gradient);
        distribution.addFisherProduct(ROWS, longer, copy, output, gradient);
        addFisherFactor(ROWS, longer, output, gradient);
        assertThat(longer).containsExactly(copy);
        assertThat(actions).containsExactly(actionsCopy);
        assertThat(output[ROWS]).isEqualTo(42);
        assertThat(Arrays.copyOfRange(gradient, ROWS * width, gradient.length)).containsOnly(0);
    }

    @Test
    void nanParameterGivesNanInItsRowOnly() {
        double[] actions = drawn(ROWS, parameters);
        double[] weights = new double[ROWS];
        for (int i = 0; i < width; i++) {
            double[] broken = parameters.clone();
            broken[3 * width + i] = Double.NaN;
            double[] output = new double[ROWS];
            distribution.logProbability(ROWS, broken, actions, output);
            assertOnlyRowIsNan(3, output);
            distribution.entropy(ROWS, broken, output);
            assertOnlyRowIsNan(3, output);
            distribution.kullbackLeibler(ROWS, broken, others, output);
            assertOnlyRowIsNan(3, output);
            distribution.kullbackLeibler(ROWS, others, broken, output);
            assertOnlyRowIsNan(3, output);
            double[] gradient = new double[ROWS * width];
            distribution.addLogProbabilityGradient(ROWS, broken, actions, weights, gradient);
            assertOnlyRowIsNan(3, gradient);
            Arrays.fill(gradient, 0);
            distribution.addEntropyGradient(ROWS, broken, weights, gradient);
            assertOnlyRowIsNan(3, gradient);
            Arrays.fill(gradient, 0);
            distribution.addKullbackLeiblerGradient(ROWS, broken, others, weights, gradient);
            assertOnlyRowIsNan(3, gradient);
            Arrays.fill(gradient, 0);
            distribution.addFisherProduct(ROWS, broken, others, weights, gradient);
            assertOnlyRowIsNan(3, gradient);
            Arrays.fill(gradient, 0);
            distribution.addFisherProduct(ROWS, others, broken, weights, gradient);
            assertOnlyRowIsNan(3, gradient);
            Arrays.fill(gradient, 0);
            addFisherFactor(ROWS, broken, weights, gradient);
            assertOnlyRowIsNan(3, gradient);
            double[] description = new double[ROWS * width];
            distribution.describe(ROWS, broken, description);
            assertOnlyRowIsNan(3, description);
            double[] modes = new double[ROWS * actionWidth];
            distribution.mode(ROWS, broken, modes);
            assertOnlyRowIsNan(3, modes);
        }
    }

    @Test
    void nanActionGivesNanInItsRowOnly() {
        double[] actions = drawn(ROWS, parameters);
        actions[5 * actionWidth] = Double.NaN;
        double[] output = new double[ROWS];
        distribution.logProbability(ROWS, parameters, actions, output);
        assertOnlyRowIsNan(5, output);
        double[] gradient = new double[ROWS * width];
        distribution.addLogProbabilityGradient(ROWS, parameters, actions, new double[ROWS], gradient);
        assertOnlyRowIsNan(5, gradient);
    }

    @Test
    void samplingFromNanParametersNamesTheRow() {
        for (int i = 0; i < width; i++) {
            double[] broken = parameters.clone();
            broken[7 * width + i] = Double.NaN;
            assertThatThrownBy(() -> distribution.sample(ROWS, broken, random, new double[ROWS * actionWidth]))
                    .isInstanceOf(ArithmeticException.class)
                    .hasMessageContaining("row 7")
                    .hasMessageContaining("NaN");
        }
    }

    @Test
    void shortArraysAreRefused() {
        double[] actions = new double[ROWS * actionWidth];
        double[] few = new double[ROWS - 1];
        String tail = "must hold %d numbers (%d rows × 1): %d".formatted(ROWS, ROWS, ROWS - 1);
        assertThatThrownBy(() -> distribution.entropy(ROWS, parameters, few))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("entropy " + tail);
        assertThatThrownBy(() -> distribution.kullbackLeibler(ROWS, parameters, others, few))
                .hasMessage("divergence " + tail);
        assertThatThrownBy(() -> distribution.logProbability(ROWS, parameters, actions, few))
                .hasMessage("logProbability " + tail);
        assertThatThrownBy(() -> distribution.addEntropyGradient(ROWS, parameters, few, parameters.clone()))
                .hasMessage("weights " + tail);
        assertThatThrownBy(() -> distribution.addFisherProduct(ROWS, parameters, others, few, parameters.clone()))
                .hasMessage("weights " + tail);
        assertThatThrownBy(() -> distribution.addFisherProduct(ROWS, parameters, new double[1], few, others))
                .hasMessageStartingWith("vectors must hold");
        assertThatThrownBy(() -> addFisherFactor(ROWS, parameters, few, parameters.clone()))
                .hasMessage("weights " + tail);
        assertThatThrownBy(() -> addFisherFactor(ROWS, parameters, new double[ROWS], new double[0]))
                .hasMessageStartingWith("product must hold");
        assertThatThrownBy(() -> distribution.describe(ROWS, parameters, few))
                .hasMessageStartingWith("description must hold");
        assertThatThrownBy(() -> distribution.sample(ROWS + 1, parameters, random, actions))
                .hasMessageStartingWith("parameters must hold");
        assertThatThrownBy(() -> distribution.mode(ROWS, parameters, new double[0]))
                .hasMessageStartingWith("actions must hold");
    }

    @Test
    void nothingIsAllocated() {
        double[] actions = drawn(ROWS, parameters);
        double[] output = new double[ROWS];
        double[] gradient = new double[ROWS * width];
        long allocated = Allocations.during(1000, () -> {
            distribution.mode(ROWS, parameters, actions);
            distribution.describe(ROWS, parameters, gradient);
            distribution.logProbability(ROWS, parameters, actions, output);
            distribution.entropy(ROWS, parameters, output);
            distribution.kullbackLeibler(ROWS, parameters, others, output);
            distribution.addLogProbabilityGradient(ROWS, parameters, actions, output, gradient);
            distribution.addEntropyGradient(ROWS, parameters, output, gradient);
            distribution.addKullbackLeiblerGradient(ROWS, parameters, others, output, gradient);
            distribution.addFisherProduct(ROWS, parameters, others, output, gradient);
            addFisherFactor(ROWS, parameters, output, gradient);
        });
        assertThat(allocated).isLessThan(1000);
        long sampling = Allocations.during(1000, () -> distribution.sample(ROWS, parameters, random, actions));
        assertThat(sampling).isLessThanOrEqualTo(1000L * samplerBytes() + 999);
    }

    private double[] fisherProduct(double[] row, double[] vector) {
        double[] product = new double[width];
        distribution.addFisherProduct(1, row, vector, new double[] {1}, product);
        return product;
    }

    /** Adds up all columns of the factor. */
    private void addFisherFactor(int rows, double[] from, double[] weights, double[] product) {
        for (int column = 0; column < width; column++) {
            distribution.addFisherFactorColumn(column, rows, from, weights, product);
        }
    }

    private interface GradientMethod {
        void add(double[] weights, double[] gradient);
    }

    private double expectation(double[] row, ToDoubleFunction<double[]> value) {
        return outcomes(row).stream()
                .mapToDouble(
                        action -> measure(row) * Math.exp(logProbability(row, action)) * value.applyAsDouble(action))
                .sum();
    }

    private static List<double[]> thinned(List<double[]> outcomes) {
        int step = Math.max(1, outcomes.size() / 50);
        return IntStream.range(0, outcomes.size())
                .filter(i -> i % step == 0)
                .mapToObj(outcomes::get)
                .toList();
    }

    private void assertGradient(double[] gradient, double[] at, ToDoubleFunction<double[]> value) {
        double h = 1e-5;
        for (int i = 0; i < width; i++) {
            double[] above = at.clone();
            double[] below = at.clone();
            above[i] += h;
            below[i] -= h;
            double expected = (value.applyAsDouble(above) - value.applyAsDouble(below)) / (above[i] - below[i]);
            assertThat(gradient[i]).isCloseTo(expected, tolerance(1e-7, expected));
        }
    }

    private static void assertMean(double[] values, double expected) {
        double mean = Arrays.stream(values).average().orElseThrow();
        double variance = Arrays.stream(values)
                .map(v -> (v - mean) * (v - mean))
                .average()
                .orElseThrow();
        assertThat(mean).isCloseTo(expected, within(4 * Math.sqrt(variance / values.length)));
    }

    private static void assertOnlyRowIsNan(int row, double[] output) {
        int size = output.length / ROWS;
        for (int b = 0; b < ROWS; b++) {
            double sum = Arrays.stream(output, b * size, (b + 1) * size).sum();
            assertThat(Double.isNaN(sum)).as("row %d is NaN", b).isEqualTo(b == row);
        }
    }
}
