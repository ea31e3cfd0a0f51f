package kingfisher.optim.newton;

import kingfisher.optim.linear.Vectors;

/** Whether a step has shown curvature that a quasi-Newton method may learn. */
final class Curvature {

    private static final double ROUNDING = 1e-14;

    private Curvature() {}

    /** Whether {@code sᵀy} is positive by more than rounding. */
    static boolean isPositive(double curvature, double[] step, double[] change) {
        return curvature > ROUNDING * Vectors.norm(step) * Vectors.norm(change) && Double.isFinite(1 / curvature);
    }
}
