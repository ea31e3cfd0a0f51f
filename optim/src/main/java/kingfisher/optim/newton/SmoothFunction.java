package kingfisher.optim.newton;

/** A function J of a vector w [n] that has a gradient. */
public interface SmoothFunction {

    /** Number n of variables. */
    int size();

    /**
     * Returns J(w).
     *
     * @param point w [n], not modified
     */
    double value(double[] point);

    /**
     * Returns J(w) with the gradient.
     *
     * @param point w [n], not modified
     * @param gradient [n], receives ∇J(w)
     */
    double value(double[] point, double[] gradient);
}
