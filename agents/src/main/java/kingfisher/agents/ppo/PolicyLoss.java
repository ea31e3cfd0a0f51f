package kingfisher.agents.ppo;

import java.util.Arrays;
import kingfisher.agents.policy.NetworkPass;
import kingfisher.agents.rollout.Rollout;
import kingfisher.agents.settings.Proximity;
import kingfisher.optim.distribution.Distribution;

/**
 * The policy's part of the objective over a minibatch, and its gradient with respect to the distributions' parameters.
 *
 * <p>With the ratio {@code ρ = π(a|s) / π_old(a|s)} and the advantage A, each example costs
 *
 * <ul>
 *   <li>{@code -min(ρA, clip(ρ, 1-ε, 1+ε)A)} when proximity is a clip (Schulman et al. 2017, eq. 7),
 *   <li>{@code -ρA + β KL(π_old ‖ π)} when it is a KL penalty (their eq. 8; the function-space proximity of Grosse's eq.
 *       11 with ρ = KL),
 *   <li>{@code -ρA} when there is none,
 * </ul>
 *
 * minus the entropy times its coefficient. Sums are over examples since {@link #reset}.
 */
final class PolicyLoss {

    private final Distribution distribution;
    private final Proximity proximity;
    private final double entropyCoefficient;
    private final double[] actions;
    private final double[] oldParameters;
    private final double[] logProbability;
    private final double[] entropy;
    private final double[] divergence;
    private final double[] weights;
    private final double[] entropyWeights;
    private final double[] divergenceWeights;

    private double lossSum;
    private double entropySum;
    private double approximateDivergenceSum;
    private double divergenceSum;
    private long clippedCount;
    private long count;
    private long epochCount;
    private double lastApproximateDivergence;

    PolicyLoss(Distribution distribution, Proximity proximity, double entropyCoefficient, int batch) {
        this.distribution = distribution;
        this.proximity = proximity;
        this.entropyCoefficient = entropyCoefficient;
        this.actions = new double[batch * distribution.actionSize()];
        this.oldParameters = new double[penalizesDivergence() ? batch * distribution.parameterSize() : 0];
        this.logProbability = new double[batch];
        this.entropy = new double[batch];
        this.divergence = new double[batch];
        this.weights = new double[batch];
        this.entropyWeights = new double[batch];
        this.divergenceWeights = new double[batch];
        Arrays.fill(entropyWeights, -entropyCoefficient);
    }

    private boolean penalizesDivergence() {
        return proximity == Proximity.KL || proximity == Proximity.ADAPTIVE_KL;
    }

    void reset() {
        lossSum = 0;
        entropySum = 0;
        clippedCount = 0;
        count = 0;
        beginEpoch();
    }

    /** Starts the sums of divergences anew, which are over the current epoch. */
    void beginEpoch() {
        approximateDivergenceSum = 0;
        divergenceSum = 0;
        epochCount = 0;
    }

    /**
     * Writes the pass's distribution gradient.
     *
     * @param rows indices into the rollout, of which the examples are those from {@code offset}
     * @param shift subtracted from each of the rollout's advantages
     * @param scale by which each advantage is then multiplied
     * @param clip ε
     * @param divergenceCoefficient β
     */
    void apply(
            Rollout rollout,
            int[] rows,
            int offset,
            double shift,
            double scale,
            double clip,
            double divergenceCoefficient,
            NetworkPass pass) {
        int batch = pass.batch();
        double[] parameters = pass.distributionParameters();
        double[] gradient = pass.distributionGradient();
        gather(rollout.actions(), rows, offset, distribution.actionSize(), actions);
        distribution.logProbability(batch, parameters, actions, logProbability);
        distribution.entropy(batch, parameters, entropy);
        double approximateDivergence = 0;
        for (int b = 0; b < batch; b++) {
            int row = rows[offset + b];
            double advantage = (rollout.advantages()[row] - shift) * scale;
            double logRatio = logProbability[b] - rollout.logProbabilities()[row];
            double ratio = Math.exp(logRatio);
            double cost = -ratio * advantage;
            weights[b] = cost;
            if (proximity == Proximity.CLIP) {
                double clipped = -Math.max(1 - clip, Math.min(1 + clip, ratio)) * advantage;
                if (clipped > cost) {
                    cost = clipped;
                    weights[b] = 0;
                }
            }
            lossSum += cost;
            entropySum += entropy[b];
            approximateDivergence += ratio - 1 - logRatio;
            if (Math.abs(ratio - 1) > clip) {
                clippedCount++;
            }
        }
        approximateDivergenceSum += approximateDivergence;
        lastApproximateDivergence = approximateDivergence / batch;
        count += batch;
        epochCount += batch;
        Arrays.fill(gradient, 0);
        distribution.addLogProbabilityGradient(batch, parameters, actions, weights, gradient);
        if (entropyCoefficient != 0) {
            distribution.addEntropyGradient(batch, parameters, entropyWeights, gradient);
        }
        if (penalizesDivergence()) {
            penalizeDivergence(rollout, rows, offset, divergenceCoefficient, pass);
        }
    }

    private void penalizeDivergence(Rollout rollout, int[] rows, int offset, double coefficient, NetworkPass pass) {
        int batch = pass.batch();
        gather(rollout.distributionParameters(), rows, offset, distribution.parameterSize(), oldParameters);
        distribution.kullbackLeibler(batch, oldParameters, pass.distributionParameters(), divergence);
        for (double value : divergence) {
            divergenceSum += value;
        }
        Arrays.fill(divergenceWeights, coefficient);
        distribution.addKullbackLeiblerGradient(
                batch, oldParameters, pass.distributionParameters(), divergenceWeights, pass.distributionGradient());
    }

    private static void gather(double[] source, int[] rows, int offset, int width, double[] target) {
        for (int b = 0; b < target.length / width; b++) {
            for (int i = 0; i < width; i++) {
                target[b * width + i] = source[rows[offset + b] * width + i];
            }
        }
    }

    /** Mean surrogate cost, without entropy and penalty. */
    double meanLoss() {
        return lossSum / count;
    }

    double meanEntropy() {
        return entropySum / count;
    }

    /** Mean over the epoch of {@code ρ - 1 - log ρ}, an estimate of KL(π_old ‖ π) (Schulman 2020, k3). */
    double meanApproximateDivergence() {
        return approximateDivergenceSum / epochCount;
    }

    /** The same over the last minibatch only. */
    double lastApproximateDivergence() {
        return lastApproximateDivergence;
    }

    /** Mean over the epoch of KL(π_old ‖ π); 0 unless it is penalized. */
    double meanDivergence() {
        return divergenceSum / epochCount;
    }

    double clipFraction() {
        return (double) clippedCount / count;
    }
}
