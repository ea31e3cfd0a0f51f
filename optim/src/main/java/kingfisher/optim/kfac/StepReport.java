package kingfisher.optim.kfac;

import org.jspecify.annotations.Nullable;

/**
 * What one step of {@link Kfac} did. What was not computed is NaN.
 *
 * @param step its number, from 0
 * @param loss J before the step, with the weight decay's term
 * @param newLoss J after it; computed where λ adapts or bad steps are taken back
 * @param rate α
 * @param momentum β
 * @param damping λ of this step
 * @param ratio ρ, or null where λ did not adapt
 * @param predictedChange of the quadratic model, with the damping in it
 * @param clip factor of the norm constraint, 1 if there is none
 * @param gradientNorm ‖∇‖
 * @param stepNorm ‖Δ‖
 * @param slope ∇ᵀq, negative
 * @param accepted whether the parameters have moved
 * @param curvature how fresh factors and decompositions were, and what failed
 * @param times of the stages
 */
public record StepReport(
        long step,
        double loss,
        double newLoss,
        double rate,
        double momentum,
        double damping,
        @Nullable ReductionRatio ratio,
        double predictedChange,
        double clip,
        double gradientNorm,
        double stepNorm,
        double slope,
        boolean accepted,
        CurvatureStatus curvature,
        StageTimes times) {}
