package kingfisher.optim.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import kingfisher.optim.Allocations;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.network.ParameterLayout;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.oracle.DoubleBackend;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Averages of parameters against the weighted mean of all of them, written out. */
class IterateAverageTest {

    private static final long SEED = 20261210;
    private static final int STEPS = 25;
    private static final ParameterLayout LAYOUT =
            ParameterLayout.builder().add("w", 2, 3).add("b", 1, 3).build();

    private final Backend backend = DoubleBackend.create();
    private final ParameterVector parameters = new ParameterVector(backend, LAYOUT);
    private final double[][] path = path();

    private static double[][] path() {
        UniformRandomProvider random = RandomSource.L64_X128_MIX.create(SEED);
        double[][] path = new double[STEPS][];
        Arrays.setAll(path, t -> random.doubles(9, -1, 1).toArray());
        return path;
    }

    private void update(IterateAverage average, int first, int end) {
        for (int t = first; t < end; t++) {
            backend.upload(path[t], parameters.values());
            average.update(parameters);
        }
    }

    private double[] numbers(ParameterVector vector) {
        double[] numbers = new double[9];
        vector.backend().download(vector.values(), numbers);
        return numbers;
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 0.99, 1})
    void eachStepCountsByItsAge(double decay) {
        IterateAverage average = IterateAverage.exponential(parameters, decay);
        for (int steps = 1; steps <= STEPS; steps++) {
            update(average, steps - 1, steps);
            double total = 0;
            double[] expected = new double[9];
            for (int t = 0; t < steps; t++) {
                double share = Math.pow(decay, (double) steps - 1 - t);
                total += share;
                for (int i = 0; i < 9; i++) {
                    expected[i] += share * path[t][i];
                }
            }
            for (int i = 0; i < 9; i++) {
                expected[i] /= total;
            }
            assertThat(numbers(average.average()))
                    .as("decay %s, step %d, seed %d", decay, steps, SEED)
                    .containsExactly(expected, within(1e-14));
            assertThat(average.weight()).isCloseTo(total, within(1e-12 * total));
        }
        assertThat(numbers(parameters)).as("the parameters stay").isEqualTo(path[STEPS - 1]);
    }

    @Test
    void theUniformAverageIsTheMean() {
        IterateAverage average = IterateAverage.uniform(parameters);
        update(average, 0, STEPS);
        double[] mean = new double[9];
        Arrays.setAll(mean, i -> Arrays.stream(path).mapToDouble(w -> w[i]).sum() / STEPS);
        assertThat(numbers(average.average())).as("seed %d", SEED).containsExactly(mean, within(1e-14));
        assertThat(average.weight()).isEqualTo(STEPS);
    }

    @Test
    void goesOnFromACheckpointBitForBit() {
        IterateAverage whole = IterateAverage.exponential(parameters, 0.9);
        update(whole, 0, 10);
        IterateAverage resumed = IterateAverage.exponential(parameters, 0.9);
        backend.upload(numbers(whole.average()), resumed.average().values());
        resumed.restoreWeight(whole.weight());
        update(whole, 10, STEPS);
        update(resumed, 10, STEPS);
        assertThat(numbers(resumed.average())).as("seed %d", SEED).isEqualTo(numbers(whole.average()));
        assertThat(resumed.weight()).isEqualTo(whole.weight());
        resumed.restoreWeight(0);
        update(resumed, 3, 4);
        assertThat(numbers(resumed.average())).as("starts anew").isEqualTo(path[3]);
    }

    @Test
    void allocatesNothing() {
        ParameterVector inFloat = new ParameterVector(new CpuBackend(), LAYOUT);
        IterateAverage average = IterateAverage.exponential(inFloat, 0.99);
        assertThat(Allocations.during(1000, () -> average.update(inFloat))).isZero();
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
    void otherDecaysAreRefused(double decay) {
        assertThatThrownBy(() -> IterateAverage.exponential(parameters, decay))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("decay of the iterate average must be in [0, 1]: " + decay);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY})
    void otherWeightsAreRefused(double weight) {
        IterateAverage average = IterateAverage.uniform(parameters);
        assertThatThrownBy(() -> average.restoreWeight(weight))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("weight of the iterate average must be at least 0 and finite: " + weight);
    }
}
