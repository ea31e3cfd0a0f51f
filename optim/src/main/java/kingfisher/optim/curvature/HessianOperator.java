package kingfisher.optim.curvature;

import java.util.List;
import kingfisher.optim.network.DifferentiableModel;

/**
 * The Hessian of a model's objective at the model's last forward pass (Pearlmutter 1994, "Fast exact multiplication by
 * the Hessian"),
 *
 * <pre>
 *   H = (1 / Σ_b ω_b) Σ_b ω_b (J_bᵀ H_b J_b + Σ_k g_bk ∂²z_bk/∂w²)
 * </pre>
 *
 * with the outputs z_b, their Jacobian J_b, and the gradient g_b and Hessian H_b of the loss in the outputs. It is
 * symmetric, and may be indefinite.
 *
 * <p>The gradients are those of the model's last backward pass, for which the caller writes {@code ω_b g_b}, with the
 * head's weight in it, as each row's output gradient; products leave that pass as it is. A product is one forward and one
 * reverse pass of tangents in the backend's type; vectors are in double. No product allocates.
 */
public final class HessianOperator extends CurvatureOperator {

    private final DifferentiableModel model;

    /**
     * Allocates the working memory; all rows count alike.
     *
     * @param model kept by reference; its tangents and cotangents are modified by products
     * @param metrics one for each head
     * @throws IllegalArgumentException if a metric does not fit its head or has no Hessian of its own, see
     *     {@link OutputMetric#convex}
     */
    public HessianOperator(DifferentiableModel model, List<WeightedMetric> metrics) {
        super(new ModelProduct(model, ModelProduct.requireConvex("Hessian", metrics)));
        this.model = model;
    }

    @Override
    public void apply(double[] vector, double[] result) {
        product.pushForward(vector);
        product.multiplyByHessian();
        product.backwardTangent(model, result);
    }
}
