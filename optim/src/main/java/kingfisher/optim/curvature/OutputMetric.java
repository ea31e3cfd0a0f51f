package kingfisher.optim.curvature;

/**
 * The curvature of a loss in a head's outputs z, for a batch of rows at once (Grosse, "Second-Order Optimization": the
 * output metric, which the network's Jacobian pulls back to the parameters).
 *
 * <p>All arrays are row-major, [rows × width], and may be longer than needed; {@code weights} is [rows]. Inputs are not
 * modified and must not overlap {@code product}. No method allocates.
 */
public sealed interface OutputMetric permits NegativeLogLikelihood, SquaredError {

    /** Number of outputs of one row. */
    int width();

    /**
     * Whether the loss is convex in the outputs, whatever its target, and its Hessian does not depend on the target:
     * only then there are {@link #addHessianProduct} and a Gauss-Newton matrix.
     */
    boolean convex();

    /**
     * {@code product_b += weights_b · (∂²loss_b/∂z_b²) vectors_b}.
     *
     * @param product modified
     * @throws UnsupportedOperationException if the loss is not {@link #convex}
     */
    void addHessianProduct(int rows, double[] outputs, double[] vectors, double[] weights, double[] product);

    /**
     * {@code product_b += weights_b · F_b vectors_b} with the Fisher information matrix of the distribution that the
     * loss is the negative log-likelihood of.
     *
     * @param product modified
     */
    void addFisherProduct(int rows, double[] outputs, double[] vectors, double[] weights, double[] product);

    /** Returns the head's term of an objective that adds several up. */
    default WeightedMetric weighted(double weight) {
        return new WeightedMetric(this, weight);
    }
}
