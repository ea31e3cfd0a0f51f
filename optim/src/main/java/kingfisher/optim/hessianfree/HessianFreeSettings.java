package kingfisher.optim.hessianfree;

import java.util.Optional;
import kingfisher.optim.kfac.DampingAdaptation;
import kingfisher.optim.solver.ConjugateGradientSettings;

/**
 * How {@link HessianFree} steps.
 *
 * @param solver when conjugate gradients stop, and which iterates are kept to go back to
 * @param damping λ, at first; positive, and in the bounds of its adaptation
 * @param adaptation how λ changes; constant if empty, and then a step that is taken back may be tried again in vain
 * @param warmStart each solve starts from this part of the last solution, in [0, 1]
 * @param lineSearch on the step that was chosen; none if empty
 * @param preconditionerDamping λ + η of a preconditioner is so many times that of the solve, positive. 1 is right where the
 *     preconditioner is; more is more careful where it leaves out what layers have to do with each other
 * @param weightDecay η of the term {@code ½η‖w‖²} of the objective, at least 0; it counts as curvature ηI, exactly
 */
public record HessianFreeSettings(
        ConjugateGradientSettings solver,
        double damping,
        Optional<DampingAdaptation> adaptation,
        double warmStart,
        Optional<LineSearch> lineSearch,
        double preconditionerDamping,
        double weightDecay) {

    /** Checks the ranges. */
    public HessianFreeSettings {
        if (!(damping > 0 && damping < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("damping must be positive and finite: " + damping);
        }
        if (!(warmStart >= 0 && warmStart <= 1)) {
            throw new IllegalArgumentException("warm start must be in [0, 1]: " + warmStart);
        }
        if (!(preconditionerDamping > 0 && preconditionerDamping < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "preconditioner damping must be positive and finite: " + preconditionerDamping);
        }
        if (!(weightDecay >= 0 && weightDecay < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("weight decay must be at least 0 and finite: " + weightDecay);
        }
        adaptation.ifPresent(rule -> rule.requireInBounds(damping));
    }

    /**
     * Martens' solver and line search, λ = 1 adapted at every step, warm starts from 0.95 of the last solution (Martens 2010;
     * Martens and Sutskever 2012).
     */
    public static HessianFreeSettings defaults() {
        return new HessianFreeSettings(
                ConjugateGradientSettings.hessianFree(),
                1,
                Optional.of(DampingAdaptation.everyStep()),
                0.95,
                Optional.of(LineSearch.defaults()),
                10,
                0);
    }

    /** Returns the same with another solver. */
    public HessianFreeSettings withSolver(ConjugateGradientSettings value) {
        return new HessianFreeSettings(
                value, damping, adaptation, warmStart, lineSearch, preconditionerDamping, weightDecay);
    }

    /** Returns the same with a constant λ. */
    public HessianFreeSettings withConstantDamping(double value) {
        return new HessianFreeSettings(
                solver, value, Optional.empty(), warmStart, lineSearch, preconditionerDamping, weightDecay);
    }

    /** Returns the same with a λ that adapts. */
    public HessianFreeSettings withAdaptiveDamping(double first, DampingAdaptation value) {
        return new HessianFreeSettings(
                solver, first, Optional.of(value), warmStart, lineSearch, preconditionerDamping, weightDecay);
    }

    /** Returns the same with another start of the solves. */
    public HessianFreeSettings withWarmStart(double value) {
        return new HessianFreeSettings(
                solver, damping, adaptation, value, lineSearch, preconditionerDamping, weightDecay);
    }

    /** Returns the same with another line search, or none. */
    public HessianFreeSettings withLineSearch(Optional<LineSearch> value) {
        return new HessianFreeSettings(
                solver, damping, adaptation, warmStart, value, preconditionerDamping, weightDecay);
    }

    /** Returns the same with another damping of a preconditioner. */
    public HessianFreeSettings withPreconditionerDamping(double factor) {
        return new HessianFreeSettings(solver, damping, adaptation, warmStart, lineSearch, factor, weightDecay);
    }

    /** Returns the same with another weight decay. */
    public HessianFreeSettings withWeightDecay(double value) {
        return new HessianFreeSettings(
                solver, damping, adaptation, warmStart, lineSearch, preconditionerDamping, value);
    }
}
