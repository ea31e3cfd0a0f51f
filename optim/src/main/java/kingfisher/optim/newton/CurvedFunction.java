package kingfisher.optim.newton;

/** A {@link SmoothFunction} with a matrix for its curvature: the Hessian, or the Gauss-Newton matrix in its place. */
public interface CurvedFunction extends SmoothFunction {

    /**
     * Returns J(w) with gradient and curvature.
     *
     * @param point w [n], not modified
     * @param gradient [n], receives ∇J(w)
     * @param curvature [n × n], receives the symmetric matrix C(w)
     */
    double value(double[] point, double[] gradient, double[] curvature);
}
