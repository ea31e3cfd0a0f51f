package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
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
import org.junit.jupiter.params.provider.ValueSource;

/** Batches whose factors are not finite, and what else is no number, in single precision. */
final class NumericalFailureTest {

    private static final long SEED = 20261203;

    private final Backend backend = new CpuBackend();
    private final Course course = Course.network(backend, SEED, 1);

    /** What can be wrong with a batch. */
    private enum Defect {
        NAN_INPUT("inputs of layer net.0"),
        INFINITE_INPUT("inputs of layer net.0"),
        OVERFLOWING_INPUT("inputs of layer net.0"),
        NAN_PARAMETER("layer"),
        INFINITE_PARAMETER("layer"),
        OVERFLOWING_COTANGENT("pre-activation gradients of layer");

        private final String named;

        Defect(String named) {
            this.named = named;
        }

        /** Runs the model forward with the defect. */
        void go(Course course) {
            switch (this) {
                case NAN_INPUT -> course.go(course.fixture.values, batch(course, Double.NaN));
                case INFINITE_INPUT -> course.go(course.fixture.values, batch(course, Double.POSITIVE_INFINITY));
                case OVERFLOWING_INPUT -> course.go(course.fixture.values, batch(course, 1e30));
                case NAN_PARAMETER -> course.go(with(course, 30, Double.NaN), batch(course, 0));
                case INFINITE_PARAMETER -> course.go(with(course, 30, 1e39), batch(course, 0));
                case OVERFLOWING_COTANGENT -> {
                    course.go(course.fixture.values, batch(course, 0));
                    Arrays.fill(course.targets.get(0), 1e25);
                }
            }
        }

        private static double[][] batch(Course course, double element) {
            double[][] batch = Stream.of(Arrays.copyOf(course.fixture.inputs, Course.ROWS))
                    .map(double[]::clone)
                    .toArray(double[][]::new);
            batch[3][2] = element;
            return batch;
        }

        private static double[] with(Course course, int index, double value) {
            double[] point = course.fixture.values.clone();
            point[index] = value;
            return point;
        }
    }

    private static Stream<Arguments> defects() {
        return Stream.of(FisherEstimator.values())
                .flatMap(estimator -> Stream.of(Execution.values())
                        .flatMap(execution -> Stream.of(Defect.values())
                                // only the data's targets can be anything
                                .filter(defect -> defect != Defect.OVERFLOWING_COTANGENT
                                        || estimator == FisherEstimator.EMPIRICAL)
                                .map(defect -> Arguments.of(defect, estimator, execution))));
    }

    private static KroneckerSettings settings(FisherEstimator estimator, Execution execution) {
        return KroneckerSettings.defaults()
                .withEstimator(estimator)
                .withPeriods(1, 1, 0)
                .withExecution(execution, 1)
                .withToleratedFailures(2);
    }

    @ParameterizedTest
    @MethodSource("defects")
    void aBatchThatIsNotFiniteIsLeftOut(Defect defect, FisherEstimator estimator, Execution execution) {
        try (KroneckerCurvature curvature = course.curvature(settings(estimator, execution))) {
            course.advance(curvature, 0, 3);
            curvature.state();
            double[] factors = Course.numbers(curvature);
            defect.go(course);
            curvature.advance(0.1, course.targets);
            curvature.state(); // waits
            assertThat(Course.numbers(curvature))
                    .as("%s, seed %d", defect, SEED)
                    .isEqualTo(factors);
            assertThat(curvature.status().rejectedBatches()).isEqualTo(1);
            assertThat(curvature.status().factorAge()).isEqualTo(1);
            assertThat(course.preconditioned(curvature, 0.1))
                    .as("%s, seed %d", defect, SEED)
                    .isEqualTo(reference(estimator));

            fillTargets();
            course.advance(curvature, 4);
            curvature.state();
            assertThat(Course.numbers(curvature)).isNotEqualTo(factors).doesNotContain(Double.NaN);
            assertThat(curvature.status().rejectedBatches()).isEqualTo(1);
            assertThat(curvature.status().factorAge()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBatchThatIsNotFiniteIsLeftOutInEveryForm(Defect defect) {
        for (KroneckerSettings form : Forms.all(3)) {
            KroneckerSettings settings =
                    form.withEstimator(FisherEstimator.EMPIRICAL).withPeriods(1, 1000, 1);
            try (KroneckerCurvature curvature = course.curvature(settings)) {
                fillTargets();
                course.advance(curvature, 0, 3);
                Map<String, double[]> before = curvature.state();
                defect.go(course);
                curvature.advance(0.1, course.targets);
                Map<String, double[]> after = curvature.state();
                assertThat(curvature.status().rejectedBatches())
                        .as("%s, %s, seed %d", defect, form, SEED)
                        .isEqualTo(1);
                before.forEach((name, numbers) -> {
                    if (name.startsWith("layer")) {
                        assertThat(after.get(name))
                                .as("%s, %s, %s, seed %d", name, defect, form, SEED)
                                .isEqualTo(numbers);
                    }
                });
                fillTargets();
                course.advance(curvature, 4);
                curvature
                        .state()
                        .forEach((name, numbers) -> assertThat(numbers)
                                .as("%s, %s, %s, seed %d", name, defect, form, SEED)
                                .doesNotContain(Double.NaN, Double.POSITIVE_INFINITY));
                assertThat(course.preconditioned(curvature, 0.1)).doesNotContain(Double.NaN);
            }
        }
    }

    /** What a curvature preconditions that has seen the good batches only. */
    private double[] reference(FisherEstimator estimator) {
        fillTargets();
        Course good = Course.network(backend, SEED, 1);
        try (KroneckerCurvature curvature = good.curvature(settings(estimator, Execution.SYNCHRONOUS))) {
            good.advance(curvature, 0, 3);
            return good.preconditioned(curvature, 0.1);
        }
    }

    private void fillTargets() {
        Course fresh = Course.network(backend, SEED, 1);
        System.arraycopy(fresh.targets.get(0), 0, course.targets.get(0), 0, fresh.targets.get(0).length);
    }

    @ParameterizedTest
    @MethodSource("defects")
    void tooManyInARowFailTheStep(Defect defect, FisherEstimator estimator, Execution execution) {
        KroneckerSettings settings = settings(estimator, execution);
        try (KroneckerCurvature curvature = course.curvature(settings)) {
            course.advance(curvature, 0);
            String expected = estimator == FisherEstimator.SAMPLED ? "" : defect.named;
            for (int failure = 1; failure <= 2; failure++) {
                defect.go(course);
                curvature.advance(0.1, course.targets);
                curvature.state();
                assertThat(curvature.status().rejectedBatches()).isEqualTo(failure);
            }
            defect.go(course);
            assertThatThrownBy(() -> {
                        curvature.advance(0.1, course.targets);
                        curvature.state();
                    })
                    .as("%s, seed %d", defect, SEED)
                    .isInstanceOf(NumericalFailureException.class)
                    .hasMessageContaining(expected)
                    .hasMessageEndingWith(", for the 3. time in a row; 2 are tolerated");
            assertThat(curvature.status().rejectedBatches()).isEqualTo(3);
        }
    }

    @Test
    void aGoodBatchEndsTheRow() {
        try (KroneckerCurvature curvature = course.curvature(settings(FisherEstimator.EXACT, Execution.SYNCHRONOUS))) {
            course.advance(curvature, 0);
            for (int round = 0; round < 4; round++) {
                for (int failure = 0; failure < 2; failure++) {
                    Defect.NAN_INPUT.go(course);
                    curvature.advance(0.1, course.targets);
                }
                course.advance(curvature, round);
            }
            assertThat(curvature.status().rejectedBatches()).isEqualTo(8);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SYNCHRONOUS", "ASYNCHRONOUS", "DETERMINISTIC"})
    void theFirstBatchMustBeFinite(Execution execution) {
        try (KroneckerCurvature curvature = course.curvature(settings(FisherEstimator.EXACT, execution))) {
            Defect.NAN_INPUT.go(course);
            assertThatThrownBy(() -> curvature.advance(0.1, course.targets))
                    .isInstanceOf(NumericalFailureException.class)
                    .hasMessage(
                            "the inputs of layer net.0 are not finite, and there is nothing from before to go on with");
            assertThat(curvature.status().step()).isZero();
            course.advance(curvature, 0);
            assertThat(course.preconditioned(curvature, 0.1)).doesNotContain(Double.NaN);
        }
    }

    @Test
    void anInitialEstimateIsSomethingToGoOnWith() {
        try (KroneckerCurvature curvature = course.curvature(
                settings(FisherEstimator.EXACT, Execution.SYNCHRONOUS).withPeriods(1, 1, 1))) {
            curvature.initialize(course.fixture.model(0, 9), List.of());
            double[] factors = Course.numbers(curvature);
            Defect.NAN_INPUT.go(course);
            curvature.advance(0.1, course.targets);
            assertThat(curvature.status().rejectedBatches()).isEqualTo(1);
            assertThat(Course.numbers(curvature)).isEqualTo(factors);
            assertThat(course.preconditioned(curvature, 0.1)).doesNotContain(Double.NaN);
        }
    }

    @Test
    void outputsThatCannotBeSampledFromAreNamed() {
        try (KroneckerCurvature curvature = course.curvature(
                settings(FisherEstimator.SAMPLED, Execution.SYNCHRONOUS).withToleratedFailures(0))) {
            course.advance(curvature, 0);
            Defect.NAN_INPUT.go(course);
            assertThatThrownBy(() -> curvature.advance(0.1, course.targets))
                    .isInstanceOf(NumericalFailureException.class)
                    .hasMessageStartingWith("no targets can be sampled from the model (")
                    .hasMessageContaining("NaN");
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void aGradientThatIsNotFiniteIsNamedAndNothingWritten(double element) {
        Course course = Course.twoHeads(backend, SEED);
        try (KroneckerCurvature curvature = course.curvature(KroneckerSettings.defaults())) {
            course.advance(curvature, 0);
            for (var entry : course.fixture.parameters.layout().entries()) {
                double[] gradient = course.gradient.clone();
                gradient[entry.offset() + entry.columns() - 1] = element;
                var result = course.fixture.vector(course.gradient);
                assertThatThrownBy(() -> curvature.precondition(course.fixture.vector(gradient), 0.1, result))
                        .isInstanceOf(NumericalFailureException.class)
                        .hasMessage("the gradient of " + entry.name() + " is not finite");
                assertThat(course.fixture.download(result)).isEqualTo(course.gradient);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void dampingIsPositiveAndFinite(double damping) {
        try (KroneckerCurvature curvature = course.curvature(KroneckerSettings.defaults())) {
            course.advance(curvature, 0);
            double[] factors = Course.numbers(curvature);
            course.go(1);
            for (Runnable refused : List.<Runnable>of(
                    () -> curvature.advance(damping, course.targets),
                    () -> course.preconditioned(curvature, damping))) {
                assertThatThrownBy(refused::run)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("damping must be positive and finite: " + damping);
            }
            assertThat(Course.numbers(curvature)).isEqualTo(factors);
            assertThat(curvature.status().step()).isEqualTo(1);
        }
    }
}
