package kingfisher.optim.curvature;

import java.util.List;
import kingfisher.optim.network.LinearizedModel;

/**
 * The Fisher information matrix of a model's distributions at the model's last forward pass,
 *
 * <pre>
 *   F = (1 / Σ_b ω_b) Σ_b ω_b J_bᵀ F_b J_b
 * </pre>
 *
 * with the Jacobian J_b of an example's outputs and the Fisher matrix F_b of its distribution in the outputs. It is also
 * the Hessian of the mean {@code KL(p(w₀) ‖ p(w))} in w at w₀, the function-space proximity of Grosse ("Second-Order
 * Optimization", equation 10), which may be taken over another batch than the loss. For logits and squared errors it is
 * the Gauss-Newton matrix. It is symmetric and positive semidefinite. A product is one forward and one reverse pass of
 * tangents in the backend's type; vectors are in double. No product allocates.
 */
public final class FisherOperator extends CurvatureOperator {

    /**
     * Allocates the working memory; all rows count alike.
     *
     * @param model kept by reference; its tangents and cotangents are modified by products
     * @param metrics one for each head
     * @throws IllegalArgumentException if a metric does not fit its head
     */
    public FisherOperator(LinearizedModel model, List<WeightedMetric> metrics) {
        super(new ModelProduct(model, metrics));
    }

    @Override
    public void apply(double[] vector, double[] result) {
        product.pushForward(vector);
        product.multiplyByFisher();
        product.pullBack(result);
    }
}
