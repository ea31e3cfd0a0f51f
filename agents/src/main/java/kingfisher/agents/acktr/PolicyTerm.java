package kingfisher.agents.acktr;

import java.util.Arrays;
import kingfisher.agents.rollout.Rollout;
import kingfisher.optim.distribution.Distribution;
import kingfisher.optim.network.NetworkModel;

/**
 * The policy's term of what {@link ActorObjective} minimizes, and after a step what became of it: how far the new policy is
 * from the old one, and how much {@code mean(ρA)} with {@code ρ = π(a|s) / π_old(a|s)} has grown.
 */
final class PolicyTerm {

    private final Rollout rollout;
    private final NetworkModel model;
    private final Distribution distribution;
    private final int gradientSubsample;
    private final double[] advantages;
    private final double[] oldParameters;
    private final double[] oldLogProbabilities;
    private final double[] logProbabilities;
    private final double[] divergences;
    private final double[] weights;
    private double surrogate;
    private double divergence;

    /**
     * Makes the working memory.
     *
     * @param model of the policy, which is its first head, over the whole rollout
     * @param gradientSubsample the gradient is of every so many-th sample
     */
    PolicyTerm(Rollout rollout, NetworkModel model, Distribution distribution, int gradientSubsample) {
        int size = rollout.size();
        this.rollout = rollout;
        this.model = model;
        this.distribution = distribution;
        this.gradientSubsample = gradientSubsample;
        this.advantages = new double[size];
        this.oldParameters = new double[size * distribution.parameterSize()];
        this.oldLogProbabilities = new double[size];
        this.logProbabilities = new double[size];
        this.divergences = new double[size];
        this.weights = new double[size];
    }

    /** Takes the model's policy as the old one, and the rollout's advantages, shifted and scaled. */
    void begin(double shift, double scale) {
        for (int i = 0; i < advantages.length; i++) {
            advantages[i] = (rollout.advantages()[i] - shift) * scale;
        }
        model.forward(rollout.observations());
        System.arraycopy(model.outputs(0), 0, oldParameters, 0, oldParameters.length);
        distribution.logProbability(advantages.length, oldParameters, rollout.actions(), oldLogProbabilities);
        surrogate = 0;
        divergence = 0;
    }

    /**
     * Writes each sample's gradient of {@code factor · (ρA + c · entropy)} at the old policy into the gradients of the
     * model's first head; 0 for samples that do not count.
     *
     * @param entropyCoefficient c
     */
    void writeOutputGradients(double factor, double entropyCoefficient) {
        double[] outputGradients = model.outputGradients(0);
        Arrays.fill(outputGradients, 0);
        for (int i = 0; i < weights.length; i++) {
            weights[i] = counts(i) ? factor * advantages[i] : 0;
        }
        distribution.addLogProbabilityGradient(
                weights.length, oldParameters, rollout.actions(), weights, outputGradients);
        if (entropyCoefficient != 0) {
            for (int i = 0; i < weights.length; i++) {
                weights[i] = counts(i) ? factor * entropyCoefficient : 0;
            }
            distribution.addEntropyGradient(weights.length, oldParameters, weights, outputGradients);
        }
    }

    /** Whether the gradient has a sample in it. */
    boolean counts(int sample) {
        return sample % gradientSubsample == 0;
    }

    /** Number of samples that the gradient is of. */
    int samples() {
        return (weights.length + gradientSubsample - 1) / gradientSubsample;
    }

    /** The loss whose gradient {@code writeOutputGradients(-1, 0)} is, {@code -mean(A log π)} at the old policy. */
    double logLikelihoodLoss() {
        double sum = 0;
        for (int i = 0; i < advantages.length; i++) {
            sum -= counts(i) ? advantages[i] * oldLogProbabilities[i] : 0;
        }
        return sum / samples();
    }

    /** Computes surrogate and divergence at the model's parameters. */
    void evaluate() {
        int size = advantages.length;
        model.forward(rollout.observations());
        double[] parameters = model.outputs(0);
        distribution.logProbability(size, parameters, rollout.actions(), logProbabilities);
        distribution.kullbackLeibler(size, oldParameters, parameters, divergences);
        double improvement = 0;
        double sum = 0;
        for (int i = 0; i < size; i++) {
            improvement += Math.expm1(logProbabilities[i] - oldLogProbabilities[i]) * advantages[i];
            sum += divergences[i];
        }
        surrogate = improvement / size;
        divergence = sum / size;
    }

    /** After {@link #evaluate}: how much larger {@code mean(ρA)} is than at the old policy. */
    double improvement() {
        return surrogate;
    }

    /** After {@link #evaluate}: the mean divergence from the old policy in nats. */
    double divergence() {
        return divergence;
    }

    /** The mean entropy of the old policy in nats. */
    double oldEntropy() {
        distribution.entropy(advantages.length, oldParameters, weights);
        return Arrays.stream(weights).sum() / weights.length;
    }
}
