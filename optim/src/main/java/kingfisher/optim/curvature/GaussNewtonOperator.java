package kingfisher.optim.curvature;

import java.util.List;
import kingfisher.optim.network.LinearizedModel;

/**
 * The Gauss-Newton matrix of a model's objective at the model's last forward pass,
 *
 * <pre>
 *   G = (1 / Σ_b ω_b) Σ_b ω_b J_bᵀ H_b J_b
 * </pre>
 *
 * with the Jacobian J_b of an example's outputs and the Hessian H_b of its loss in the outputs (Schraudolph 2002, "Fast
 * curvature matrix-vector products for second-order gradient descent"; Martens 2010, "Deep learning via Hessian-free
 * optimization"). It is symmetric and positive semidefinite. A product is one forward and one reverse pass of tangents in
 * the backend's type; vectors are in double. No product allocates.
 */
public final class GaussNewtonOperator extends CurvatureOperator {

    /**
     * Allocates the working memory; all rows count alike.
     *
     * @param model kept by reference; its tangents and cotangents are modified by products
     * @param metrics one for each head
     * @throws IllegalArgumentException if a metric does not fit its head or is not {@link OutputMetric#convex}
     */
    public GaussNewtonOperator(LinearizedModel model, List<WeightedMetric> metrics) {
        super(new ModelProduct(model, ModelProduct.requireConvex("Gauss-Newton", metrics)));
    }

    @Override
    public void apply(double[] vector, double[] result) {
        product.pushForward(vector);
        product.multiplyByHessian();
        product.pullBack(result);
    }
}
