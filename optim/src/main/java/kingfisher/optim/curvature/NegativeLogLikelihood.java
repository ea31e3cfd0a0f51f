package kingfisher.optim.curvature;

import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.distribution.Distribution;

/**
 * The loss {@code -log p(a; z)} of a distribution whose parameters are the outputs z.
 *
 * <p>Logits are natural parameters: for all families of logits the Hessian is the Fisher matrix, whatever a is (Martens
 * 2020). A normal variable's log standard deviation is not: its loss {@code ((a - μ)/σ)²/2 + ℓ} has the Hessian
 * {@code [1/σ², 2z/σ; 2z/σ, 2z²]} with {@code z = (a - μ)/σ}, of determinant {@code -2z²/σ² ≤ 0}.
 */
public record NegativeLogLikelihood(Distribution distribution) implements OutputMetric {

    @Override
    public int width() {
        return distribution.parameterSize();
    }

    @Override
    public boolean convex() {
        return !(distribution instanceof DiagonalGaussian);
    }

    @Override
    public void addHessianProduct(int rows, double[] outputs, double[] vectors, double[] weights, double[] product) {
        if (!convex()) {
            throw new UnsupportedOperationException("the negative log-likelihood of " + distribution
                    + " is not convex in mean and log standard deviation");
        }
        distribution.addFisherProduct(rows, outputs, vectors, weights, product);
    }

    @Override
    public void addFisherProduct(int rows, double[] outputs, double[] vectors, double[] weights, double[] product) {
        distribution.addFisherProduct(rows, outputs, vectors, weights, product);
    }
}
