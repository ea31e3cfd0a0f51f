package kingfisher.optim.curvature;

import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.distribution.Distribution;
import org.apache.commons.rng.UniformRandomProvider;

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

    /** {@inheritDoc} A target is an outcome of the distribution. */
    @Override
    public int targetSize() {
        return distribution.actionSize();
    }

    @Override
    public void loss(int rows, double[] outputs, double[] targets, double[] loss) {
        distribution.logProbability(rows, outputs, targets, loss);
        negate(loss, rows);
    }

    /** {@inheritDoc} That is {@code -(-gradient_b + weights_b · ∂ log p/∂z_b)}, to the last bit. */
    @Override
    public void addLossGradient(int rows, double[] outputs, double[] targets, double[] weights, double[] gradient) {
        negate(gradient, rows * width());
        distribution.addLogProbabilityGradient(rows, outputs, targets, weights, gradient);
        negate(gradient, rows * width());
    }

    private static void negate(double[] array, int length) {
        for (int i = 0; i < length; i++) {
            array[i] = -array[i];
        }
    }

    @Override
    public void sampleTargets(int rows, double[] outputs, UniformRandomProvider random, double[] targets) {
        distribution.sample(rows, outputs, random, targets);
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

    @Override
    public void addFactorColumn(int column, int rows, double[] outputs, double[] weights, double[] product) {
        distribution.addFisherFactorColumn(column, rows, outputs, weights, product);
    }
}
