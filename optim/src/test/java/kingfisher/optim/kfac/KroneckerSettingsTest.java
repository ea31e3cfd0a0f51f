package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What settings refuse, with the setting, the value and what is accepted; and what the short forms keep. */
final class KroneckerSettingsTest {

    private static final KroneckerSettings DEFAULTS = KroneckerSettings.defaults();

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1, 1.5, Double.NaN, Double.POSITIVE_INFINITY})
    void theDecayIsBelowOne(double decay) {
        assertRefused(() -> DEFAULTS.withFactorDecay(decay), "factor decay must be in [0, 1): " + decay);
    }

    @Test
    void periodsAreAtLeastOne() {
        assertRefused(() -> DEFAULTS.withPeriods(0, 5, 0), "covariance period must be at least 1: 0");
        assertRefused(
                () -> new KroneckerSettings(
                        FisherEstimator.EXACT,
                        DampingForm.EXACT,
                        Structure.BLOCK_DIAGONAL,
                        Optional.empty(),
                        Application.DIRECT,
                        0,
                        1,
                        0,
                        0,
                        Execution.SYNCHRONOUS,
                        1,
                        0),
                "decomposition period must be at least 1: 0");
        assertRefused(() -> DEFAULTS.withPeriods(1, 5, -1), "early steps must be at least 0: -1");
    }

    @Test
    void factorsAreNotDecomposedTwice() {
        assertRefused(
                () -> DEFAULTS.withPeriods(4, 3, 0),
                "decomposition period must not be below the covariance period 4, or factors are decomposed twice: 3");
        assertThat(DEFAULTS.withPeriods(4, 4, 0).covariancePeriod()).isEqualTo(4);
    }

    @Test
    void theLatencyIsWithinAPeriod() {
        assertRefused(
                () -> DEFAULTS.withPeriods(1, 4, 0).withExecution(Execution.DETERMINISTIC, 5),
                "latency must not be above the decomposition period 4: 5");
        assertRefused(() -> DEFAULTS.withExecution(Execution.DETERMINISTIC, 0), "latency must be at least 1: 0");
        assertThat(DEFAULTS.withPeriods(1, 4, 0)
                        .withExecution(Execution.DETERMINISTIC, 4)
                        .latency())
                .isEqualTo(4);
    }

    @Test
    void failuresAreCounted() {
        assertRefused(() -> DEFAULTS.withToleratedFailures(-1), "tolerated failures must be at least 0: -1");
    }

    @Test
    void structuresNeedTheirFormOfDampingAndThread() {
        assertIncompatible(
                () -> DEFAULTS.withStructure(Structure.BLOCK_TRIDIAGONAL, DampingForm.EXACT),
                "structure",
                "structure BLOCK_TRIDIAGONAL needs damping form FACTORED, found EXACT");
        assertIncompatible(
                () -> DEFAULTS.withStructure(Structure.EIGENVALUE_CORRECTED, DampingForm.FACTORED),
                "structure",
                "structure EIGENVALUE_CORRECTED needs damping form EXACT, found FACTORED");
        assertIncompatible(
                () -> DEFAULTS.withStructure(Structure.EIGENVALUE_CORRECTED, DampingForm.EXACT)
                        .withExecution(Execution.DETERMINISTIC, 1),
                "structure",
                "structure EIGENVALUE_CORRECTED needs execution SYNCHRONOUS, found DETERMINISTIC");
        assertThat(DEFAULTS.withStructure(Structure.BLOCK_TRIDIAGONAL, DampingForm.FACTORED)
                        .withExecution(Execution.ASYNCHRONOUS, 1)
                        .structure())
                .isEqualTo(Structure.BLOCK_TRIDIAGONAL);
    }

    /** An eigendecomposition's damped inverse is no Kronecker product, so that it has no terms to multiply by. */
    @Test
    void theTermsOfAGradientNeedFactoredDampingOfSingleBlocks() {
        assertIncompatible(
                () -> DEFAULTS.withApplication(Application.LOW_RANK),
                "application",
                "application LOW_RANK needs damping form FACTORED, found EXACT");
        KroneckerSettings factored = DEFAULTS.withDampingForm(DampingForm.FACTORED);
        assertThat(factored.withApplication(Application.LOW_RANK).application()).isEqualTo(Application.LOW_RANK);
        assertIncompatible(
                () -> factored.withApplication(Application.LOW_RANK)
                        .withStructure(Structure.BLOCK_TRIDIAGONAL, DampingForm.FACTORED),
                "application",
                "application LOW_RANK needs structure BLOCK_DIAGONAL, found BLOCK_TRIDIAGONAL");
        KfacSettings steps = KfacSettings.defaults().withCurvature(factored.withApplication(Application.LOW_RANK));
        assertIncompatible(
                () -> steps.withWeightDecay(0.1),
                "application",
                "application LOW_RANK needs weight decay 0.0, found 0.1");
    }

    @Test
    void wideLayersHaveAWidth() {
        assertRefused(() -> new WideLayers(0, WideLayers.Form.DIAGONAL), "width of wide layers must be at least 1: 0");
    }

    private static void assertIncompatible(Runnable made, String setting, String message) {
        assertThatThrownBy(made::run)
                .isInstanceOfSatisfying(
                        IncompatibleSettingsException.class,
                        refused -> assertThat(refused.setting()).isEqualTo(setting))
                .hasMessage(message);
    }

    @Test
    void eachShortFormChangesWhatItNames() {
        WideLayers wide = new WideLayers(1000, WideLayers.Form.DIAGONAL_FACTOR);
        assertThat(DEFAULTS.withWideLayers(wide).wideLayers()).contains(wide);
        KroneckerSettings changed = DEFAULTS.withEstimator(FisherEstimator.EMPIRICAL)
                .withStructure(Structure.BLOCK_TRIDIAGONAL, DampingForm.FACTORED)
                .withWideLayers(wide)
                .withFactorDecay(0.5)
                .withPeriods(2, 7, 3)
                .withExecution(Execution.DETERMINISTIC, 6)
                .withToleratedFailures(9);
        assertThat(changed)
                .isEqualTo(new KroneckerSettings(
                        FisherEstimator.EMPIRICAL,
                        DampingForm.FACTORED,
                        Structure.BLOCK_TRIDIAGONAL,
                        Optional.of(wide),
                        Application.DIRECT,
                        0.5,
                        2,
                        7,
                        3,
                        Execution.DETERMINISTIC,
                        6,
                        9));
        assertThat(changed.withPeriods(1, 4, 0).latency())
                .as("a shorter period shortens the latency")
                .isEqualTo(4);
    }

    private static void assertRefused(Runnable made, String message) {
        assertThatThrownBy(made::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
