package kingfisher.optim.kfac;

import java.util.Optional;

/**
 * How {@link Kfac} steps.
 *
 * @param curvature how factors are kept
 * @param rule how long a step is
 * @param damping λ, at first; positive, and in the bounds of its adaptation
 * @param adaptation how λ changes; constant if empty
 * @param constraint a bound on the step; only with a rule that {@link StepRule#isGiven}, as the others choose the length
 *     themselves
 * @param weightDecay η of the term {@code ½η‖w‖²} of the objective, at least 0; it counts as curvature ηI, exactly
 * @param rejects whether a step that raises the loss is taken back, at the cost of one forward pass a step; λ then grows,
 *     if it adapts, and momentum starts anew
 */
public record KfacSettings(
        KroneckerSettings curvature,
        StepRule rule,
        double damping,
        Optional<DampingAdaptation> adaptation,
        Optional<NormConstraint> constraint,
        double weightDecay,
        boolean rejects) {

    /**
     * Checks the ranges, and what goes together.
     *
     * @throws IncompatibleSettingsException if one setting needs another value of another one
     */
    public KfacSettings {
        if (!(damping > 0 && damping < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("damping must be positive and finite: " + damping);
        }
        if (!(weightDecay >= 0 && weightDecay < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("weight decay must be at least 0 and finite: " + weightDecay);
        }
        adaptation.ifPresent(rhythm -> rhythm.requireInBounds(damping));
        if (curvature.application() == Application.LOW_RANK) {
            // the gradient of the decay is no sum over the batch
            IncompatibleSettingsException.require(
                    weightDecay == 0, "application", Application.LOW_RANK, "weight decay", 0.0, weightDecay);
        }
        requireLengthsApart(rule, constraint);
    }

    static void requireLengthsApart(StepRule rule, Optional<NormConstraint> constraint) {
        if (constraint.isPresent() && !rule.isGiven()) {
            throw new IllegalArgumentException(
                    "a norm constraint needs a fixed learning rate, as %s chooses the length of a step itself"
                            .formatted(rule.getClass().getSimpleName()));
        }
    }

    /** The exact rate and momentum (27) with λ = 1 adapted at every fifth step: no rate to tune, for large batches. */
    public static KfacSettings defaults() {
        return new KfacSettings(
                KroneckerSettings.defaults(),
                new StepRule.ExactRateAndMomentum(),
                1,
                Optional.of(DampingAdaptation.everyFifthStep()),
                Optional.empty(),
                0,
                false);
    }

    /** Returns the same with other factors. */
    public KfacSettings withCurvature(KroneckerSettings value) {
        return new KfacSettings(value, rule, damping, adaptation, constraint, weightDecay, rejects);
    }

    /** Returns the same with another rule and bound. */
    public KfacSettings withRule(StepRule value, Optional<NormConstraint> bound) {
        return new KfacSettings(curvature, value, damping, adaptation, bound, weightDecay, rejects);
    }

    /** Returns the same with a constant λ. */
    public KfacSettings withConstantDamping(double value) {
        return new KfacSettings(curvature, rule, value, Optional.empty(), constraint, weightDecay, rejects);
    }

    /** Returns the same with a λ that adapts. */
    public KfacSettings withAdaptiveDamping(double first, DampingAdaptation value) {
        return new KfacSettings(curvature, rule, first, Optional.of(value), constraint, weightDecay, rejects);
    }

    /** Returns the same with another weight decay. */
    public KfacSettings withWeightDecay(double value) {
        return new KfacSettings(curvature, rule, damping, adaptation, constraint, value, rejects);
    }

    /** Returns the same with or without taking back bad steps. */
    public KfacSettings withRejection(boolean value) {
        return new KfacSettings(curvature, rule, damping, adaptation, constraint, weightDecay, value);
    }
}
