package kingfisher.optim.curvature;

import org.apache.commons.rng.UniformRandomProvider;

/**
 * A loss in a head's outputs z, its gradient and its curvature, for a batch of rows at once (Grosse, "Second-Order
 * Optimization": the output metric, which the network's Jacobian pulls back to the parameters).
 *
 * <p>All arrays are row-major, [rows × width], and may be longer than needed; {@code targets} is [rows × target size],
 * {@code weights} and {@code loss} are [rows]. Results are overwritten, except by the methods named {@code add…}. Inputs
 * are not modified and must not overlap what is written. No method allocates, but for the sampler of normal numbers.
 */
public sealed interface OutputMetric permits BernoulliDivergence, NegativeLogLikelihood, SquaredError {

    /** Number of outputs of one row. */
    int width();

    /** How many numbers the target of one row has. */
    int targetSize();

    /**
     * Whether the loss is convex in the outputs, whatever its target, and its Hessian does not depend on the target:
     * only then there are {@link #addHessianProduct} and a Gauss-Newton matrix.
     */
    boolean convex();

    /** {@code loss_b = -log p(targets_b; outputs_b)}, where terms that depend on neither may be left out. */
    void loss(int rows, double[] outputs, double[] targets, double[] loss);

    /**
     * {@code gradient_b += weights_b · ∂loss_b/∂z_b}.
     *
     * @param gradient modified
     */
    void addLossGradient(int rows, double[] outputs, double[] targets, double[] weights, double[] gradient);

    /**
     * Draws one target a row from the distribution that the loss is the negative log-likelihood of, in the order of the
     * rows; the generator's state alone decides what is drawn. With such targets the expected gradient is 0, and
     * {@code E[gradient gradientᵀ] = F}.
     *
     * @throws ArithmeticException if a row's outputs define no distribution (NaN, say)
     */
    void sampleTargets(int rows, double[] outputs, UniformRandomProvider random, double[] targets);

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

    /**
     * {@code product_b += weights_b · B_b e_column} with a square matrix B such that {@code B Bᵀ = F}, the Fisher
     * information matrix of {@link #addFisherProduct}, and the unit vector e.
     *
     * @param column which column of B, in [0, width)
     * @param product modified
     * @throws IllegalArgumentException if there is no such column
     */
    void addFactorColumn(int column, int rows, double[] outputs, double[] weights, double[] product);

    /** Returns the head's term of an objective that adds several up. */
    default WeightedMetric weighted(double weight) {
        return new WeightedMetric(this, weight);
    }
}
