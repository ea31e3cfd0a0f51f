package kingfisher.optim.curvature;

import kingfisher.optim.linear.LinearOperator;

/** What the operators of a model's curvature have in common: their rows' weights, and the steps of a product. */
abstract sealed class CurvatureOperator implements LinearOperator
        permits FisherOperator, GaussNewtonOperator, HessianOperator {

    final ModelProduct product;

    CurvatureOperator(ModelProduct product) {
        this.product = product;
    }

    /**
     * Sets the rows' weights ω, which are divided by their sum; a row of weight 0 is masked.
     *
     * @param weights [B], none negative; copied
     * @throws IllegalArgumentException if there are not B weights, one is negative, or their sum is not positive
     */
    public final void weightRows(double[] weights) {
        product.weightRows(weights);
    }

    @Override
    public final int size() {
        return product.size();
    }
}
