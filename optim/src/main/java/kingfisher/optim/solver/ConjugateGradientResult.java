package kingfisher.optim.solver;

/**
 * How a solve ended; no number in it is NaN.
 *
 * @param reason why it stopped
 * @param iterations steps that x has taken
 * @param residualNorm ‖b - Cx‖ of the x that is returned, as far as it is known without another product; infinite if the
 *     arguments were not finite
 * @param modelValue φ(x) = ½xᵀCx - bᵀx; infinite if the arguments were not finite
 * @param curvature pᵀCp / ‖p‖² of the last direction p that was tried, 0 if none was
 */
public record ConjugateGradientResult(
        StopReason reason, int iterations, double residualNorm, double modelValue, double curvature) {}
