package kingfisher.optim.kfac;

import java.util.Optional;

/**
 * How Kronecker factors are estimated, averaged and decomposed.
 *
 * @param estimator where the factors of layer outputs come from
 * @param dampingForm how λ enters the inverse
 * @param structure which curvature is kept, within layers and between them
 * @param wideLayers what is done about layers that are too wide; none is if empty
 * @param application how gradients are multiplied by the inverse
 * @param factorDecay η of the moving averages, equation (25), for each update; in [0, 1)
 * @param covariancePeriod steps from one update of the factors to the next
 * @param decompositionPeriod steps from one decomposition to the next; not below {@code covariancePeriod}
 * @param earlySteps for so many steps at first, factors are updated and decomposed at every one
 * @param execution on which thread
 * @param latency for {@link Execution#DETERMINISTIC}: steps until a decomposition counts, 1 to {@code decompositionPeriod}
 * @param toleratedFailures how many times in a row a batch's factors may be unusable, or a decomposition fail, before a
 *     step fails; until then what there was is kept
 */
public record KroneckerSettings(
        FisherEstimator estimator,
        DampingForm dampingForm,
        Structure structure,
        Optional<WideLayers> wideLayers,
        Application application,
        double factorDecay,
        int covariancePeriod,
        int decompositionPeriod,
        int earlySteps,
        Execution execution,
        int latency,
        int toleratedFailures) {

    /**
     * Checks the ranges, and what goes together.
     *
     * @throws IncompatibleSettingsException if one setting needs another value of another one
     */
    public KroneckerSettings {
        if (!(factorDecay >= 0 && factorDecay < 1)) {
            throw new IllegalArgumentException("factor decay must be in [0, 1): " + factorDecay);
        }
        requireAtLeast(1, "covariance period", covariancePeriod);
        requireAtLeast(1, "decomposition period", decompositionPeriod);
        if (decompositionPeriod < covariancePeriod) {
            throw new IllegalArgumentException(
                    "decomposition period must not be below the covariance period %d, or factors are decomposed twice: %d"
                            .formatted(covariancePeriod, decompositionPeriod));
        }
        requireAtLeast(0, "early steps", earlySteps);
        requireAtLeast(1, "latency", latency);
        if (latency > decompositionPeriod) {
            throw new IllegalArgumentException("latency must not be above the decomposition period %d: %d"
                    .formatted(decompositionPeriod, latency));
        }
        requireAtLeast(0, "tolerated failures", toleratedFailures);
        if (structure == Structure.EIGENVALUE_CORRECTED) {
            // eigenvalues are measured in the basis that the steps use, so that they cannot be beside them
            requireFit("structure", structure, "damping form", DampingForm.EXACT, dampingForm);
            requireFit("structure", structure, "execution", Execution.SYNCHRONOUS, execution);
        }
        if (structure == Structure.BLOCK_TRIDIAGONAL) {
            requireFit("structure", structure, "damping form", DampingForm.FACTORED, dampingForm);
        }
        if (application == Application.LOW_RANK) {
            // with exact damping, the inverse is no Kronecker product
            requireFit("application", application, "damping form", DampingForm.FACTORED, dampingForm);
            requireFit("application", application, "structure", Structure.BLOCK_DIAGONAL, structure);
        }
    }

    private static void requireFit(String setting, Object value, String other, Object accepted, Object found) {
        IncompatibleSettingsException.require(accepted == found, setting, value, other, accepted, found);
    }

    /**
     * Sampled Fisher, {@code A ⊗ S} of each layer with exact damping, η = 0.95, factors updated at every step and decomposed
     * at every 20th (at each of the first five), on the stepping thread, three failures tolerated.
     */
    public static KroneckerSettings defaults() {
        return new KroneckerSettings(
                FisherEstimator.SAMPLED,
                DampingForm.EXACT,
                Structure.BLOCK_DIAGONAL,
                Optional.empty(),
                Application.DIRECT,
                0.95,
                1,
                20,
                5,
                Execution.SYNCHRONOUS,
                1,
                3);
    }

    /** Returns the same with another estimator. */
    public KroneckerSettings withEstimator(FisherEstimator value) {
        return new KroneckerSettings(
                value,
                dampingForm,
                structure,
                wideLayers,
                application,
                factorDecay,
                covariancePeriod,
                decompositionPeriod,
                earlySteps,
                execution,
                latency,
                toleratedFailures);
    }

    /** Returns the same with another form of damping. */
    public KroneckerSettings withDampingForm(DampingForm value) {
        return new KroneckerSettings(
                estimator,
                value,
                structure,
                wideLayers,
                application,
                factorDecay,
                covariancePeriod,
                decompositionPeriod,
                earlySteps,
                execution,
                latency,
                toleratedFailures);
    }

    /**
     * Returns the same with another structure and the form of damping that it goes with.
     *
     * @throws IncompatibleSettingsException if the two do not go together, or not with the other settings
     */
    public KroneckerSettings withStructure(Structure value, DampingForm form) {
        return new KroneckerSettings(
                estimator,
                form,
                value,
                wideLayers,
                application,
                factorDecay,
                covariancePeriod,
                decompositionPeriod,
                earlySteps,
                execution,
                latency,
                toleratedFailures);
    }

    /** Returns the same with something done about wide layers. */
    public KroneckerSettings withWideLayers(WideLayers value) {
        return new KroneckerSettings(
                estimator,
                dampingForm,
                structure,
                Optional.of(value),
                application,
                factorDecay,
                covariancePeriod,
                decompositionPeriod,
                earlySteps,
                execution,
                latency,
                toleratedFailures);
    }

    /**
     * Returns the same with another way to multiply.
     *
     * @throws IncompatibleSettingsException if it does not go together with the other settings
     */
    public KroneckerSettings withApplication(Application value) {
        return new KroneckerSettings(
                estimator,
                dampingForm,
                structure,
                wideLayers,
                value,
                factorDecay,
                covariancePeriod,
                decompositionPeriod,
                earlySteps,
                execution,
                latency,
                toleratedFailures);
    }

    /** Returns the same with another η. */
    public KroneckerSettings withFactorDecay(double value) {
        return new KroneckerSettings(
                estimator,
                dampingForm,
                structure,
                wideLayers,
                application,
                value,
                covariancePeriod,
                decompositionPeriod,
                earlySteps,
                execution,
                latency,
                toleratedFailures);
    }

    /** Returns the same with other periods, and as many steps at first that do everything. */
    public KroneckerSettings withPeriods(int covariances, int decompositions, int early) {
        return new KroneckerSettings(
                estimator,
                dampingForm,
                structure,
                wideLayers,
                application,
                factorDecay,
                covariances,
                decompositions,
                early,
                execution,
                Math.min(latency, decompositions),
                toleratedFailures);
    }

    /** Returns the same on another thread, with a latency that counts for {@link Execution#DETERMINISTIC} only. */
    public KroneckerSettings withExecution(Execution value, int steps) {
        return new KroneckerSettings(
                estimator,
                dampingForm,
                structure,
                wideLayers,
                application,
                factorDecay,
                covariancePeriod,
                decompositionPeriod,
                earlySteps,
                value,
                steps,
                toleratedFailures);
    }

    /** Returns the same with another number of failures in a row. */
    public KroneckerSettings withToleratedFailures(int value) {
        return new KroneckerSettings(
                estimator,
                dampingForm,
                structure,
                wideLayers,
                application,
                factorDecay,
                covariancePeriod,
                decompositionPeriod,
                earlySteps,
                execution,
                latency,
                value);
    }

    boolean covariancesDue(long step) {
        return isDue(step, covariancePeriod);
    }

    boolean decompositionDue(long step) {
        return isDue(step, decompositionPeriod);
    }

    boolean isEarly(long step) {
        return step < earlySteps;
    }

    private boolean isDue(long step, int period) {
        return isEarly(step) || step % period == 0;
    }

    private static void requireAtLeast(int minimum, String name, int value) {
        if (value < minimum) {
            throw new IllegalArgumentException("%s must be at least %d: %d".formatted(name, minimum, value));
        }
    }
}
