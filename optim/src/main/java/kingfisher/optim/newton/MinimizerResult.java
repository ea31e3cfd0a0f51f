package kingfisher.optim.newton;

/**
 * How a minimization by {@link GradientMinimizer} ended.
 *
 * @param reason why it stopped
 * @param iterations line searches that moved the point
 * @param evaluations of the function with its gradient
 * @param value J at the point that was reached
 * @param gradientNorm ‖∇J‖ there
 */
public record MinimizerResult(Reason reason, int iterations, int evaluations, double value, double gradientNorm) {

    /** Why a minimization stopped. */
    public enum Reason {
        /** The gradient is within the tolerance. */
        GRADIENT,
        /** As many line searches were made as were allowed. */
        ITERATIONS,
        /** Not even along the gradient the function falls by more than rounding. */
        NO_PROGRESS,
        /** The function or its gradient is not finite where the minimization begins. */
        NOT_FINITE
    }
}
