package kingfisher.optim.kfac;

import kingfisher.optim.solver.ConjugateGradientResult;
import org.jspecify.annotations.Nullable;

/**
 * What one step of {@link Kfac}, or of an optimizer that solves for its direction, did. What was not computed is NaN.
 *
 * @param step its number, from 0
 * @param loss J before the step, with the weight decay's term
 * @param newLoss J after it; computed where λ adapts or bad steps are taken back
 * @param rate α, without the factor of the norm constraint
 * @param momentum β
 * @param damping λ of this step
 * @param ratio ρ, or null where λ does not adapt at this step
 * @param predictedChange of the quadratic model, with the damping in it unless {@link DampingAdaptation.Model#UNDAMPED}
 *     is set; computed where the rule or ρ needs the model
 * @param clip factor of the norm constraint, 1 if there is none
 * @param squaredNorm ΔᵀFΔ of the step; computed where the norm constraint bounds it, {@link NormConstraint.Measure#EXACT_STEP}
 * @param gradientNorm ‖∇‖
 * @param stepNorm ‖Δ‖, of the step that was tried
 * @param slope ∇ᵀq before the norm constraint, negative
 * @param accepted whether the parameters have moved; if not, they are what they were before
 * @param curvature how fresh factors and decompositions were, and what failed
 * @param solve how the linear solver ended that q comes from, or null if q is a product with a known inverse, as in
 *     {@link Kfac}
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
        double squaredNorm,
        double gradientNorm,
        double stepNorm,
        double slope,
        boolean accepted,
        CurvatureStatus curvature,
        @Nullable ConjugateGradientResult solve,
        StageTimes times) {}
