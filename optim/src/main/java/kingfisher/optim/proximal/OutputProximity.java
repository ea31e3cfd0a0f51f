package kingfisher.optim.proximal;

import kingfisher.optim.curvature.NegativeLogLikelihood;
import kingfisher.optim.curvature.OutputMetric;
import kingfisher.optim.curvature.SquaredError;
import kingfisher.optim.distribution.Distribution;

/**
 * How far a head's outputs z are from what they were, the ρ(z, z₀) of Grosse ("Second-Order Optimization", equation 10):
 * the divergence {@code KL(p(z₀) ‖ p(z))} of the distributions, which for squared errors is {@code ½ ‖z - z₀‖²}. It is 0
 * with its gradient where {@code z = z₀}, and its Hessian there is the distribution's Fisher matrix.
 *
 * <p>Arrays are row-major, [rows × width] or [rows], and may be longer than needed.
 */
sealed interface OutputProximity {

    /** Returns the proximity whose Hessian at z₀ is the Fisher matrix of a loss. */
    static OutputProximity of(OutputMetric metric) {
        if (metric instanceof NegativeLogLikelihood loss) {
            return new Divergence(loss.distribution());
        }
        return new SquaredDistance((SquaredError) metric);
    }

    /** {@code proximity_b = ρ(outputs_b, anchor_b)}. */
    void compute(int rows, double[] anchor, double[] outputs, double[] proximity);

    /** {@code gradient_b += weights_b · ∂ρ(outputs_b, anchor_b)/∂outputs_b}. */
    void addGradient(int rows, double[] anchor, double[] outputs, double[] weights, double[] gradient);

    /** KL(p(z₀) ‖ p(z)). */
    record Divergence(Distribution distribution) implements OutputProximity {

        @Override
        public void compute(int rows, double[] anchor, double[] outputs, double[] proximity) {
            distribution.kullbackLeibler(rows, anchor, outputs, proximity);
        }

        @Override
        public void addGradient(int rows, double[] anchor, double[] outputs, double[] weights, double[] gradient) {
            distribution.addKullbackLeiblerGradient(rows, anchor, outputs, weights, gradient);
        }
    }

    /** ½ ‖z - z₀‖², a squared error whose targets are the outputs before. */
    record SquaredDistance(SquaredError error) implements OutputProximity {

        @Override
        public void compute(int rows, double[] anchor, double[] outputs, double[] proximity) {
            error.loss(rows, outputs, anchor, proximity);
        }

        @Override
        public void addGradient(int rows, double[] anchor, double[] outputs, double[] weights, double[] gradient) {
            error.addLossGradient(rows, outputs, anchor, weights, gradient);
        }
    }
}
