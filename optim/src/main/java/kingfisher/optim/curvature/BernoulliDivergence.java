package kingfisher.optim.curvature;

import kingfisher.optim.distribution.Bernoulli;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * The divergence {@code Σ t log(t/p) + (1 - t) log((1 - t)/(1 - p))} of independent events with probabilities
 * {@code p = σ(z)} from given probabilities t: grey pixels, say. It is the cross entropy less what no z can change, so that
 * it is 0 at a fit. Where every t is 0 or 1 it is the negative log-likelihood of {@link Bernoulli}, and its Hessian and
 * Fisher matrix are those of that distribution in any case.
 *
 * @param events the distribution
 */
public record BernoulliDivergence(Bernoulli events) implements OutputMetric {

    /**
     * Returns the divergence over so many events a row.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static BernoulliDivergence of(int events) {
        return new BernoulliDivergence(Bernoulli.of(events));
    }

    @Override
    public int width() {
        return events.parameterSize();
    }

    /** {@inheritDoc} A target has a probability, from 0 to 1, for each output. */
    @Override
    public int targetSize() {
        return events.actionSize();
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if a target is not from 0 to 1
     */
    @Override
    public void loss(int rows, double[] outputs, double[] targets, double[] loss) {
        int i = 0;
        for (int row = 0; row < rows; row++) {
            double sum = 0;
            for (int end = i + width(); i < end; i++) {
                double target = targets[i];
                if (!(target >= 0 && target <= 1)) {
                    throw new IllegalArgumentException(
                            "target of row %d must be from 0 to 1: %s".formatted(row, target));
                }
                double z = outputs[i];
                // -t log p - (1 - t) log(1 - p), as a sum of positive terms
                double missed = z > 0 ? 1 - target : target;
                sum += (missed == 0 ? 0 : missed * Math.abs(z)) + Math.log(1 + Math.exp(-Math.abs(z)));
                if (target > 0 && target < 1) {
                    sum += target * Math.log(target) + (1 - target) * Math.log(1 - target);
                }
            }
            loss[row] = sum;
        }
    }

    @Override
    public void addLossGradient(int rows, double[] outputs, double[] targets, double[] weights, double[] gradient) {
        int i = 0;
        for (int row = 0; row < rows; row++) {
            for (int end = i + width(); i < end; i++) {
                double power = Math.exp(-Math.abs(outputs[i]));
                double probability = (outputs[i] < 0 ? power : 1) / (1 + power);
                gradient[i] += weights[row] * (probability - targets[i]);
            }
        }
    }

    @Override
    public void sampleTargets(int rows, double[] outputs, UniformRandomProvider random, double[] targets) {
        events.sample(rows, outputs, random, targets);
    }

    @Override
    public boolean convex() {
        return true;
    }

    @Override
    public void addHessianProduct(int rows, double[] outputs, double[] vectors, double[] weights, double[] product) {
        events.addFisherProduct(rows, outputs, vectors, weights, product);
    }

    @Override
    public void addFisherProduct(int rows, double[] outputs, double[] vectors, double[] weights, double[] product) {
        events.addFisherProduct(rows, outputs, vectors, weights, product);
    }

    @Override
    public void addFactorColumn(int column, int rows, double[] outputs, double[] weights, double[] product) {
        events.addFisherFactorColumn(column, rows, outputs, weights, product);
    }
}
