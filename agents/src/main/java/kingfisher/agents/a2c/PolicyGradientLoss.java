package kingfisher.agents.a2c;

import java.util.Arrays;
import kingfisher.agents.policy.NetworkPass;
import kingfisher.agents.rollout.Rollout;
import kingfisher.optim.distribution.Distribution;

/**
 * The policy's part of the objective over a whole rollout, {@code -A log π(a|s)} minus the entropy times its coefficient,
 * and its gradient with respect to the distributions' parameters.
 *
 * <p>The policy is still the one that sampled, so that log probabilities are those of the rollout.
 */
final class PolicyGradientLoss {

    private final Distribution distribution;
    private final boolean rewardsEntropy;
    private final double[] weights;
    private final double[] entropyWeights;
    private final double[] entropy;

    private double meanLoss;
    private double meanEntropy;

    PolicyGradientLoss(Distribution distribution, double entropyCoefficient, int batch) {
        this.distribution = distribution;
        this.rewardsEntropy = entropyCoefficient != 0;
        this.weights = new double[batch];
        this.entropyWeights = new double[batch];
        this.entropy = new double[batch];
        Arrays.fill(entropyWeights, -entropyCoefficient);
    }

    /**
     * Writes the pass's distribution gradient.
     *
     * @param shift subtracted from each of the rollout's advantages
     * @param scale by which each advantage is then multiplied
     * @param pass has gone forward over the rollout's observations
     */
    void apply(Rollout rollout, double shift, double scale, NetworkPass pass) {
        int batch = pass.batch();
        double[] parameters = pass.distributionParameters();
        double[] gradient = pass.distributionGradient();
        double lossSum = 0;
        for (int b = 0; b < batch; b++) {
            weights[b] = -(rollout.advantages()[b] - shift) * scale;
            lossSum += weights[b] * rollout.logProbabilities()[b];
        }
        meanLoss = lossSum / batch;
        distribution.entropy(batch, parameters, entropy);
        double entropySum = 0;
        for (double value : entropy) {
            entropySum += value;
        }
        meanEntropy = entropySum / batch;
        Arrays.fill(gradient, 0);
        distribution.addLogProbabilityGradient(batch, parameters, rollout.actions(), weights, gradient);
        if (rewardsEntropy) {
            distribution.addEntropyGradient(batch, parameters, entropyWeights, gradient);
        }
    }

    /** Mean of {@code -A log π(a|s)}, without the entropy. */
    double meanLoss() {
        return meanLoss;
    }

    double meanEntropy() {
        return meanEntropy;
    }
}
