package kingfisher.agents.trpo;

import java.util.Arrays;
import kingfisher.agents.rollout.Rollout;
import kingfisher.agents.settings.DivergenceDirection;
import kingfisher.optim.distribution.Distribution;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.network.ParameterVector;

/**
 * What an update improves and what bounds it, over a whole rollout: the surrogate {@code mean(ρA)} with the ratio
 * {@code ρ = π(a|s) / π_old(a|s)} (Schulman et al. 2015, equation 14), and the mean divergence from the old policy.
 */
final class PolicyObjective {

    private final Rollout rollout;
    private final NetworkModel model;
    private final Distribution distribution;
    private final DivergenceDirection direction;
    private final int gradientSubsample;
    private final double[] advantages;
    private final double[] oldParameters;
    private final double[] oldLogProbabilities;
    private final double[] logProbabilities;
    private final double[] divergences;
    private final double[] weights;
    private double surrogate;
    private double divergence;

    PolicyObjective(
            Rollout rollout,
            NetworkModel model,
            Distribution distribution,
            DivergenceDirection direction,
            int gradientSubsample) {
        int size = rollout.size();
        this.rollout = rollout;
        this.model = model;
        this.distribution = distribution;
        this.direction = direction;
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

    /** Computes the gradient of the surrogate at the old policy, over every so many-th sample. */
    void gradient(ParameterVector gradient) {
        int count = 0;
        for (int i = 0; i < weights.length; i++) {
            boolean counts = i % gradientSubsample == 0;
            weights[i] = counts ? advantages[i] : 0;
            count += counts ? 1 : 0;
        }
        double[] outputGradients = model.outputGradients(0);
        Arrays.fill(outputGradients, 0);
        distribution.addLogProbabilityGradient(
                weights.length, oldParameters, rollout.actions(), weights, outputGradients);
        model.backward(1.0 / count, gradient);
    }

    /** Computes surrogate and divergence at the model's parameters. */
    void evaluate() {
        int size = advantages.length;
        model.forward(rollout.observations());
        double[] parameters = model.outputs(0);
        distribution.logProbability(size, parameters, rollout.actions(), logProbabilities);
        if (direction == DivergenceDirection.OLD_NEW) {
            distribution.kullbackLeibler(size, oldParameters, parameters, divergences);
        } else {
            distribution.kullbackLeibler(size, parameters, oldParameters, divergences);
        }
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

    /** After {@link #evaluate}: the mean divergence in nats. */
    double divergence() {
        return divergence;
    }

    /** The mean entropy of the old policy in nats. */
    double oldEntropy() {
        distribution.entropy(advantages.length, oldParameters, weights);
        return Arrays.stream(weights).sum() / weights.length;
    }
}
