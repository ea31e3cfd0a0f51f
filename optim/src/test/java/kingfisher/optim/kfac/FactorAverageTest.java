package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.DoubleBackend;
import kingfisher.optim.oracle.ModelFixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The moving averages (25) against explicit weighted means of the batches' factors. */
final class FactorAverageTest {

    private static final long SEED = 20261127;
    private static final double ERROR = 1e-13;
    private static final KroneckerSettings SETTINGS =
            KroneckerSettings.defaults().withEstimator(FisherEstimator.EXACT).withPeriods(1, 1, 0);

    private final Backend oracle = DoubleBackend.create();
    private final Course course = Course.network(oracle, SEED, 1);

    @Test
    void theFirstUpdateIsTheBatch() {
        try (KroneckerCurvature curvature = course.curvature(SETTINGS.withFactorDecay(0.95));
                KroneckerCurvature alone = course.curvature(SETTINGS.withFactorDecay(0))) {
            course.advance(curvature, 0);
            course.advance(alone, 0);
            assertThat(Course.numbers(curvature)).as("seed %d", SEED).isEqualTo(Course.numbers(alone));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 0.95, 0.999})
    void updatesMakeAMeanWhoseWeightsDecay(double decay) {
        List<double[]> batches = batches(12);
        try (KroneckerCurvature curvature = course.curvature(SETTINGS.withFactorDecay(decay))) {
            for (int k = 0; k < batches.size(); k++) {
                course.advance(curvature, k);
                double[] expected = new double[batches.get(0).length];
                double total = 0;
                for (int i = 0; i <= k; i++) {
                    double weight = Math.pow(decay, k - i);
                    add(weight, batches.get(i), expected);
                    total += weight;
                }
                scale(1 / total, expected);
                assertThat(Dense.error(Course.numbers(curvature), expected))
                        .as("after %d updates, seed %d", k + 1, SEED)
                        .isLessThan(ERROR);
            }
        }
    }

    @Test
    void withoutDecayOnlyTheLastBatchCounts() {
        List<double[]> batches = batches(4);
        try (KroneckerCurvature curvature = course.curvature(SETTINGS.withFactorDecay(0))) {
            for (int k = 0; k < batches.size(); k++) {
                course.advance(curvature, k);
                assertThat(Course.numbers(curvature))
                        .as("update %d, seed %d", k, SEED)
                        .isEqualTo(batches.get(k));
            }
            assertThat(batches.get(0)).isNotEqualTo(batches.get(1));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 0.95})
    void afterAnInitialEstimateUpdatesFollowTheRuleOfTheLongRun(double decay) {
        List<double[]> batches = batches(4);
        try (KroneckerCurvature curvature = course.curvature(SETTINGS.withFactorDecay(decay))) {
            curvature.initialize(course.fixture.model(0, 11), List.of());
            curvature.initialize(course.fixture.model(11, 4), List.of());
            double[] expected = Course.numbers(curvature);
            for (int k = 0; k < batches.size(); k++) {
                course.advance(curvature, k);
                scale(decay, expected);
                add(1 - decay, batches.get(k), expected);
                assertThat(Dense.error(Course.numbers(curvature), expected))
                        .as("η = %s, update %d, seed %d", decay, k, SEED)
                        .isLessThan(ERROR);
            }
        }
    }

    @Test
    void anInitialEstimateIsRefusedAfterTheFirstStep() {
        try (KroneckerCurvature curvature = course.curvature(SETTINGS)) {
            course.advance(curvature, 0);
            double[] before = Course.numbers(curvature);
            assertThatThrownBy(() -> curvature.initialize(course.model, List.of()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("before the first step");
            assertThat(Course.numbers(curvature)).isEqualTo(before);
        }
    }

    @Test
    void anInitialEstimateNeedsAModelOfTheSameParametersAndTargets() {
        ModelFixture other = ModelFixture.network(oracle, Activation.TANH, 3, SEED, 5, 4, 3);
        try (KroneckerCurvature curvature = course.curvature(SETTINGS.withEstimator(FisherEstimator.EMPIRICAL))) {
            assertThatThrownBy(() -> curvature.initialize(other.model(), List.of(new double[9])))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("another vector");
            assertThatThrownBy(() -> curvature.initialize(course.model, List.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("targets of 1 heads, found 0");
        }
    }

    @Test
    void anInitialEstimateThatIsNotFiniteIsRefusedAndLeavesNothing() {
        try (KroneckerCurvature curvature = course.curvature(SETTINGS)) {
            course.fixture.inputs[1][2] = Double.NaN;
            assertThatThrownBy(() -> curvature.initialize(course.fixture.model(0, 3), List.of()))
                    .isInstanceOf(NumericalFailureException.class)
                    .hasMessage("the inputs of layer net.0 are not finite, in a batch of the initial estimate");
            assertThatThrownBy(() -> curvature.blocks().get(0).curvature())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("net.0 has no factors yet");
        }
    }

    @Test
    void theWeightOfTheAverageIsItsNumberOfBatchesAtFirst() {
        AverageWeight weight = new AverageWeight(0.75);
        assertThat(weight.isEmpty()).isTrue();
        assertThat(weight.next()).isEqualTo(1);
        assertThat(weight.next()).isEqualTo(1 / 1.75);
        assertThat(weight.next()).isEqualTo(1 / (1 + 0.75 + 0.75 * 0.75));
        for (int i = 0; i < 200; i++) {
            weight.next();
        }
        assertThat(weight.next()).isCloseTo(0.25, within(1e-15));
        assertThatThrownBy(() -> weight.initial(3)).isInstanceOf(IllegalStateException.class);

        AverageWeight initialized = new AverageWeight(0.75);
        assertThat(initialized.initial(3)).isEqualTo(1);
        assertThat(initialized.initial(9)).isEqualTo(0.75);
        assertThat(initialized.next()).isEqualTo(0.25);
        assertThatThrownBy(() -> initialized.initial(3)).isInstanceOf(IllegalStateException.class);
    }

    /** The factors of each step's batch alone. */
    private List<double[]> batches(int count) {
        List<double[]> batches = new ArrayList<>();
        for (int step = 0; step < count; step++) {
            try (KroneckerCurvature alone = course.curvature(SETTINGS)) {
                course.advance(alone, step);
                batches.add(Course.numbers(alone));
            }
        }
        return batches;
    }

    private static void add(double factor, double[] batch, double[] sum) {
        Arrays.setAll(sum, i -> sum[i] + factor * batch[i]);
    }

    private static void scale(double factor, double[] sum) {
        Arrays.setAll(sum, i -> factor * sum[i]);
    }
}
