package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.oracle.DoubleBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Decompositions that are not found. Factors are finite and damped, so that this takes extremes: a loss so small that the
 * first layer's S is near the smallest normal number and has no full rank, as one row counts only, and a λ so small that
 * its damped inverse overflows.
 */
final class FailedDecompositionTest {

    private static final long SEED = 20261204;
    private static final double TINY_WEIGHT = 1e-300;
    private static final double GOOD = 1;
    private static final double BAD = Double.MIN_VALUE;

    private final Backend oracle = DoubleBackend.create();

    private static KroneckerSettings settings(Execution execution) {
        return KroneckerSettings.defaults()
                .withEstimator(FisherEstimator.EXACT)
                .withDampingForm(DampingForm.FACTORED)
                .withFactorDecay(0)
                .withPeriods(1, 1, 0)
                .withExecution(execution, 1)
                .withToleratedFailures(2);
    }

    private static void begin(Course course, KroneckerCurvature curvature) {
        curvature.rowWeights().set(new double[] {0, 1, 0, 0, 0, 0});
        course.go(0);
    }

    @ParameterizedTest
    @EnumSource
    void theDecompositionBeforeStays(Execution execution) {
        Course course = Course.network(oracle, SEED, TINY_WEIGHT);
        try (KroneckerCurvature curvature = course.curvature(settings(execution))) {
            begin(course, curvature);
            curvature.advance(GOOD, course.targets);
            double[] before = course.preconditioned(curvature, GOOD);
            course.go(1);
            curvature.advance(BAD, course.targets);
            if (execution == Execution.DETERMINISTIC) {
                curvature.advance(GOOD, course.targets); // the failure counts one step later
            } else {
                curvature.state(); // waits for it
            }
            int steps = execution == Execution.DETERMINISTIC ? 2 : 1;
            CurvatureBlock failed = curvature.blocks().get(0);
            assertThat(Course.part(failed, course.preconditioned(curvature, GOOD)))
                    .as("seed %d", SEED)
                    .isEqualTo(Course.part(failed, before));
            assertThat(curvature.status()).isEqualTo(new CurvatureStatus(steps + 1, 0, steps, 0, 1));
        }
    }

    @ParameterizedTest
    @EnumSource
    void tooManyInARowFailTheStep(Execution execution) {
        Course course = Course.network(oracle, SEED, TINY_WEIGHT);
        try (KroneckerCurvature curvature = course.curvature(settings(execution))) {
            begin(course, curvature);
            curvature.advance(GOOD, course.targets);
            assertThatThrownBy(() -> {
                        for (int failure = 0; failure < 4; failure++) {
                            curvature.advance(BAD, course.targets);
                            if (execution == Execution.ASYNCHRONOUS) {
                                curvature.state();
                            }
                        }
                    })
                    .as("seed %d", SEED)
                    .isInstanceOf(NumericalFailureException.class)
                    .hasMessage("the factors of layer net.0 have no decomposition (NOT_FINITE),"
                            + " for the 3. time in a row; 2 are tolerated");
            assertThat(curvature.status().failedDecompositions()).isEqualTo(3);
        }
    }

    /** A layer's decomposition that is not found leaves what there was; those of its neighbours count. */
    @Test
    void aChainGoesOnWithWhatItHas() {
        Course course = Course.network(oracle, SEED, TINY_WEIGHT);
        KroneckerSettings settings =
                settings(Execution.SYNCHRONOUS).withStructure(Structure.BLOCK_TRIDIAGONAL, DampingForm.FACTORED);
        try (KroneckerCurvature curvature = course.curvature(settings)) {
            begin(course, curvature);
            curvature.advance(GOOD, course.targets);
            Map<String, double[]> before = curvature.state();
            course.go(1);
            curvature.advance(BAD, course.targets);
            Map<String, double[]> after = curvature.state();
            assertThat(curvature.status().failedDecompositions())
                    .as("seed %d", SEED)
                    .isEqualTo(1);
            assertThat(after.get("layer net.0 decomposition-0"))
                    .as("seed %d", SEED)
                    .isEqualTo(before.get("layer net.0 decomposition-0"));
            for (int draw = 0; draw < 10; draw++) {
                double[] g = course.fixture.uniform(course.fixture.size());
                double slope = 0;
                double[] result = course.preconditioned(curvature, g, GOOD);
                for (int i = 0; i < g.length; i++) {
                    slope += g[i] * result[i];
                }
                assertThat(slope).as("draw %d, seed %d", draw, SEED).isPositive();
            }
            assertThatThrownBy(() -> {
                        curvature.advance(BAD, course.targets);
                        curvature.advance(BAD, course.targets);
                    })
                    .isInstanceOf(NumericalFailureException.class)
                    .hasMessageStartingWith("the factors of layer net.0 have no decomposition")
                    .hasMessageEndingWith("for the 3. time in a row; 2 are tolerated");
        }
    }

    @Test
    void theFirstDecompositionMustBeFound() {
        Course course = Course.network(oracle, SEED, TINY_WEIGHT);
        try (KroneckerCurvature curvature = course.curvature(settings(Execution.SYNCHRONOUS))) {
            begin(course, curvature);
            assertThatThrownBy(() -> curvature.advance(BAD, course.targets))
                    .isInstanceOf(NumericalFailureException.class)
                    .hasMessage("the factors of layer net.0 have no decomposition (NOT_FINITE),"
                            + " and there is nothing from before to go on with");
        }
    }

    @Test
    void theMatricesOfRowParametersDoNotEndTheRow() {
        Course course = Course.twoHeads(oracle, SEED, TINY_WEIGHT);
        try (KroneckerCurvature curvature = course.curvature(settings(Execution.SYNCHRONOUS))) {
            begin(course, curvature);
            curvature.advance(GOOD, course.targets);
            curvature.advance(BAD, course.targets);
            curvature.advance(BAD, course.targets);
            assertThatThrownBy(() -> curvature.advance(BAD, course.targets))
                    .as("seed %d", SEED)
                    .isInstanceOf(NumericalFailureException.class)
                    .hasMessageContaining("for the 3. time in a row");
        }
    }

    @Test
    void theMatrixOfARowParameterThatIsNotFiniteLeavesTheOneBefore() {
        Course course = Course.twoHeads(oracle, SEED);
        try (KroneckerCurvature curvature = course.curvature(settings(Execution.SYNCHRONOUS))) {
            course.advance(curvature, 0);
            CurvatureBlock row = curvature.blocks().get(4);
            double[] matrix = Course.matrices(row).get(0);
            double[] before = Course.part(row, course.preconditioned(curvature, 1));
            double[] point = course.fixture.values.clone();
            Arrays.fill(point, row.covered().offset(), row.covered().offset() + 2, Double.NaN);
            double[][] batch = Arrays.copyOf(course.fixture.inputs, Course.ROWS);
            course.go(point, batch);
            for (int failure = 1; failure <= 2; failure++) {
                curvature.advance(1, course.targets);
                assertThat(Course.matrices(row).get(0)).isEqualTo(matrix);
                assertThat(Course.part(row, course.preconditioned(curvature, 1)))
                        .isEqualTo(before);
                assertThat(curvature.status().failedDecompositions()).isEqualTo(failure);
            }
        }
    }

    @Test
    void failuresAreCountedInARow() {
        FailureCount count = new FailureCount(1);
        count.account("a", true);
        count.account(null, true);
        count.account("a", true);
        assertThatThrownBy(() -> count.account("a", true))
                .isInstanceOf(NumericalFailureException.class)
                .hasMessage("a, for the 2. time in a row; 1 are tolerated");
        assertThatThrownBy(() -> new FailureCount(1).account("b", false))
                .isInstanceOf(NumericalFailureException.class)
                .hasMessage("b, and there is nothing from before to go on with");
        assertThat(count.total()).isEqualTo(3);
        FailureCount restored = new FailureCount(1);
        restored.restore(count.state());
        assertThat(restored.total()).isEqualTo(3);
        assertThatThrownBy(() -> restored.account("a", true)).hasMessageContaining("for the 3. time");
    }
}
