package kingfisher.optim.newton;

import kingfisher.optim.linear.Decomposition;
import kingfisher.optim.linear.Decomposition.Failed;
import kingfisher.optim.linear.Vectors;

/**
 * The damped Newton method, {@code w ← w - (C + ηI)⁻¹∇J(w)} (Grosse, "Second-Order Optimization", equations 3 and 5), and
 * with the Gauss-Newton matrix for C the Gauss-Newton method. It takes whole steps whatever they do to J, so with an
 * indefinite Hessian it seeks saddles as gladly as minima. For problems whose matrix can be written out.
 */
public final class DampedNewton {

    private final CurvedFunction function;
    private final double[] gradient;
    private final double[] curvature;
    private final double[] step;

    /** Makes the working memory. */
    public DampedNewton(CurvedFunction function) {
        int size = function.size();
        this.function = function;
        this.gradient = new double[size];
        this.curvature = new double[size * size];
        this.step = new double[size];
    }

    /**
     * Moves a point by one step, or leaves it where {@code C + ηI} is singular or not finite.
     *
     * @param damping η, at least 0; 0 for the undamped methods
     * @param point w [n], modified
     */
    public NewtonStep step(double damping, double[] point) {
        double value = function.value(point, gradient, curvature);
        double gradientNorm = Vectors.norm(gradient);
        Decomposition<QuadraticApproximation> found = QuadraticApproximation.of(gradient, curvature);
        if (found instanceof Failed) {
            return new NewtonStep(value, gradientNorm, 0, 0, Double.NaN, false);
        }
        QuadraticApproximation approximation = found.orElseThrow();
        boolean taken = approximation.solve(damping, step) && Vectors.isFinite(step);
        if (taken) {
            Vectors.addScaled(1, step, point);
        }
        return new NewtonStep(
                value,
                gradientNorm,
                taken ? Vectors.norm(step) : 0,
                taken ? approximation.change(step) : 0,
                approximation.eigenvalues()[0],
                taken);
    }
}
