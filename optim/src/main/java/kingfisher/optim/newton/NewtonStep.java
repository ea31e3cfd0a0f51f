package kingfisher.optim.newton;

/**
 * What a step of {@link DampedNewton} saw and did.
 *
 * @param value J before the step
 * @param gradientNorm ‖∇J‖ before the step
 * @param stepNorm ‖Δ‖; 0 if there was no step
 * @param predictedChange of J by the quadratic approximation, without the damping; 0 if there was no step
 * @param smallestEigenvalue of C, before damping; NaN if C is not finite
 * @param taken whether there was a step
 */
public record NewtonStep(
        double value,
        double gradientNorm,
        double stepNorm,
        double predictedChange,
        double smallestEigenvalue,
        boolean taken) {}
