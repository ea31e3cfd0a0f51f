package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A curvature that goes on from a saved state against one that was never interrupted, bit for bit. */
final class CurvatureStateTest {

    private static final long SEED = 20261205;
    private static final int SAVED_AT = 6;

    private final Backend backend = new CpuBackend();

    private static KroneckerSettings settings(FisherEstimator estimator, DampingForm form, Execution execution) {
        return KroneckerSettings.defaults()
                .withEstimator(estimator)
                .withDampingForm(form)
                .withPeriods(2, 4, 2)
                .withExecution(execution, 3);
    }

    private static Stream<Arguments> reproducible() {
        return Stream.of(FisherEstimator.values())
                .flatMap(estimator -> Forms.all(4).stream()
                        .flatMap(form -> Forms.reproducible(form).stream()
                                .map(execution -> Arguments.of(form.withEstimator(estimator)
                                        .withPeriods(2, 4, 2)
                                        .withExecution(execution, 3)))));
    }

    private static Stream<Arguments> forms() {
        return Forms.all(4).stream()
                .map(form -> Arguments.of(form.withPeriods(2, 4, 2)
                        .withExecution(Forms.reproducible(form).get(0), 3)));
    }

    @ParameterizedTest
    @MethodSource("reproducible")
    void furtherStepsAreTheSame(KroneckerSettings settings) {
        for (int savedAt = 0; savedAt <= 9; savedAt++) {
            Course course = Course.twoHeads(backend, SEED);
            Course resumed = Course.twoHeads(backend, SEED);
            try (KroneckerCurvature whole = course.curvature(settings);
                    KroneckerCurvature part = resumed.curvature(settings)) {
                whole.initialize(course.model, course.targets);
                course.advance(whole, 0, savedAt);
                // what is restored into has another past
                resumed.advance(part, 3, 10);
                part.restore(whole.state());
                for (int step = savedAt; step < savedAt + 8; step++) {
                    course.advance(whole, step);
                    resumed.advance(part, step);
                    String when = "step %d after %d, seed %d".formatted(step, savedAt, SEED);
                    assertThat(resumed.preconditioned(part, 0.2)).as(when).isEqualTo(course.preconditioned(whole, 0.2));
                    assertThat(Course.numbers(part)).as(when).isEqualTo(Course.numbers(whole));
                    assertThat(part.status()).as(when).isEqualTo(whole.status());
                }
                assertSame(part.state(), whole.state());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsRestoredCountsAtOnce(DampingForm form) {
        KroneckerSettings settings = settings(FisherEstimator.SAMPLED, form, Execution.DETERMINISTIC);
        Course course = Course.twoHeads(backend, SEED);
        Course resumed = Course.twoHeads(backend, SEED);
        try (KroneckerCurvature whole = course.curvature(settings);
                KroneckerCurvature part = resumed.curvature(settings)) {
            course.advance(whole, 0, SAVED_AT);
            Map<String, double[]> state = whole.state();
            assertThat(state.get("pending decomposition")).startsWith(4);
            part.restore(state);
            assertThat(resumed.preconditioned(part, 0.2)).isEqualTo(course.preconditioned(whole, 0.2));
            assertSame(part.state(), state);
        }
    }

    @Test
    void asynchronousStatesHoldWhatWasBegun() {
        KroneckerSettings settings = settings(FisherEstimator.SAMPLED, DampingForm.EXACT, Execution.ASYNCHRONOUS);
        Course course = Course.twoHeads(backend, SEED);
        Course resumed = Course.twoHeads(backend, SEED);
        try (KroneckerCurvature whole = course.curvature(settings);
                KroneckerCurvature part = resumed.curvature(settings)) {
            course.advance(whole, 0, SAVED_AT);
            Map<String, double[]> state = whole.state();
            assertThat(whole.status().decompositionAge()).as("that of step 4").isEqualTo(1);
            part.restore(state);
            assertThat(resumed.preconditioned(part, 0.2)).isEqualTo(course.preconditioned(whole, 0.2));
            assertSame(part.state(), state);
        }
    }

    @Test
    void failuresGoOnBeingCounted() {
        KroneckerSettings settings = KroneckerSettings.defaults()
                .withEstimator(FisherEstimator.EMPIRICAL)
                .withToleratedFailures(2);
        Course course = Course.twoHeads(backend, SEED);
        try (KroneckerCurvature whole = course.curvature(settings);
                KroneckerCurvature part = course.curvature(settings)) {
            course.advance(whole, 0);
            Arrays.fill(course.targets.get(0), Double.NaN);
            course.advance(whole, 1, 3);
            part.restore(whole.state());
            assertThat(part.status().rejectedBatches()).isEqualTo(2);
            assertThatThrownBy(() -> course.advance(part, 3)).hasMessageContaining("for the 3. time in a row");
        }
    }

    @Test
    void laterStepsLeaveASavedStateAlone() {
        KroneckerSettings settings = settings(FisherEstimator.SAMPLED, DampingForm.EXACT, Execution.DETERMINISTIC);
        Course course = Course.twoHeads(backend, SEED);
        try (KroneckerCurvature curvature = course.curvature(settings)) {
            course.advance(curvature, 0, SAVED_AT);
            Map<String, double[]> state = curvature.state();
            Map<String, double[]> copy = copy(state);
            course.advance(curvature, SAVED_AT, 8); // at step 7 what was pending counts
            assertSame(state, copy);
            state.values().forEach(array -> Arrays.fill(array, Double.NaN));
            assertThat(course.preconditioned(curvature, 0.2)).doesNotContain(Double.NaN);
            assertThat(curvature.state().values())
                    .allSatisfy(array -> assertThat(array).doesNotContain(Double.NaN));
        }
    }

    @ParameterizedTest
    @MethodSource("forms")
    void missingPartsAndOtherLengthsAreNamedAndNothingChanges(KroneckerSettings settings) {
        Course course = Course.twoHeads(backend, SEED);
        try (KroneckerCurvature curvature = course.curvature(settings);
                KroneckerCurvature target = course.curvature(settings)) {
            course.advance(target, 3, 10);
            Map<String, double[]> before = target.state();
            course.advance(curvature, 0, SAVED_AT);
            Map<String, double[]> state = curvature.state();
            assertThat(state).hasSizeGreaterThan(20);
            for (String part : state.keySet()) {
                Map<String, double[]> missing = new HashMap<>(state);
                missing.remove(part);
                assertRefused(target, missing, "the saved state has no \"%s\"".formatted(part));
                Map<String, double[]> longer = new HashMap<>(state);
                int length = state.get(part).length;
                longer.put(part, Arrays.copyOf(state.get(part), length + 1));
                assertRefused(
                        target,
                        longer,
                        "saved \"%s\": expected %d numbers, found %d".formatted(part, length, length + 1));
            }
            assertSame(target.state(), before);
            target.restore(state);
            assertSame(target.state(), state);
        }
    }

    @Test
    void otherVersionsFormsOfDampingAndModelsAreRefused() {
        Course course = Course.twoHeads(backend, SEED);
        Course other = Course.network(backend, SEED, 1);
        KroneckerSettings exact = settings(FisherEstimator.SAMPLED, DampingForm.EXACT, Execution.SYNCHRONOUS);
        KroneckerSettings factored = settings(FisherEstimator.SAMPLED, DampingForm.FACTORED, Execution.SYNCHRONOUS);
        try (KroneckerCurvature saved = course.curvature(exact);
                KroneckerCurvature inverses = course.curvature(factored);
                KroneckerCurvature network = other.curvature(exact)) {
            course.advance(saved, 0, 2);
            Map<String, double[]> state = saved.state();
            assertRefused(inverses, state, "saved \"layer hidden.0 decomposition-0\": expected 25 numbers, found 5");
            assertRefused(network, state, "the saved state has no \"layer net.0 input-factor\"");
            state.put("version", new double[] {2});
            assertRefused(saved, state, "the saved state has version 2.0, expected 1.0");
        }
    }

    @Test
    void aMatrixOfARowParameterThatIsNotFiniteIsRefused() {
        Course course = Course.twoHeads(backend, SEED);
        try (KroneckerCurvature curvature = course.curvature(KroneckerSettings.defaults())) {
            course.advance(curvature, 0);
            Map<String, double[]> state = curvature.state();
            state.put("parameter row fisher", new double[] {1, 0, 0, Double.NaN});
            assertRefused(curvature, state, "saved \"parameter row fisher\" is not finite");
        }
    }

    private static void assertRefused(KroneckerCurvature curvature, Map<String, double[]> state, String message) {
        assertThatThrownBy(() -> curvature.restore(state))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    private static Map<String, double[]> copy(Map<String, double[]> state) {
        Map<String, double[]> copy = new HashMap<>();
        state.forEach((part, array) -> copy.put(part, array.clone()));
        return copy;
    }

    private static void assertSame(Map<String, double[]> actual, Map<String, double[]> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        for (String part : List.copyOf(expected.keySet())) {
            assertThat(actual.get(part)).as(part).isEqualTo(expected.get(part));
        }
    }
}
