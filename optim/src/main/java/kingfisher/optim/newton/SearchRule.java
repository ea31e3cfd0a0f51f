package kingfisher.optim.newton;

/**
 * How a {@link GradientMinimizer} makes a direction of the gradients that it has seen. It keeps what it has learned, for one
 * minimization at a time.
 */
public sealed interface SearchRule permits Bfgs, ConjugateDirections, LimitedMemoryBfgs {

    /** Forgets everything: the next direction is that of steepest descent. */
    void restart();

    /**
     * Chooses the direction in which J is searched next.
     *
     * @param gradient ∇J(w) [n], not modified
     * @param direction [n], overwritten
     */
    void choose(double[] gradient, double[] direction);

    /**
     * Learns from a step.
     *
     * @param step s, the change of the point [n]; not modified
     * @param change y, the change of the gradient [n]; not modified
     */
    void learn(double[] step, double[] change);

    /** Whether the step length 1 is a good first guess, once there is something learned. */
    boolean isScaled();
}
