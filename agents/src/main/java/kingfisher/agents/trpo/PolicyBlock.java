package kingfisher.agents.trpo;

import java.util.Arrays;
import kingfisher.agents.rollout.Rollout;
import kingfisher.agents.settings.DivergenceDirection;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.distribution.Distribution;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.network.ParameterVector;

/** Neighbouring samples of a rollout with the policy's passes over them; sums are over these samples. */
final class PolicyBlock {

    private final Rollout rollout;
    private final int first;
    private final int count;
    private final Matrix observations;
    private final NetworkModel model;
    private final Distribution distribution;
    private final double[] actions;
    private final double[] advantages;
    private final double[] oldParameters;
    private final double[] oldLogProbabilities;
    private final double[] logProbabilities;
    private final double[] divergences;
    private final double[] weights;
    private double improvementSum;
    private double divergenceSum;

    PolicyBlock(Rollout rollout, int first, NetworkModel model, Distribution distribution) {
        this.rollout = rollout;
        this.first = first;
        this.count = model.batch();
        this.observations = rollout.observations().rowRange(first, count);
        this.model = model;
        this.distribution = distribution;
        this.actions = new double[count * distribution.actionSize()];
        this.advantages = new double[count];
        this.oldParameters = new double[count * distribution.parameterSize()];
        this.oldLogProbabilities = new double[count];
        this.logProbabilities = new double[count];
        this.divergences = new double[count];
        this.weights = new double[count];
    }

    /**
     * Takes the network's policy as the old one, and computes the gradient of the surrogate there.
     *
     * @param every so many-th sample of the rollout counts
     * @param scale of the gradient
     * @param gradient overwritten
     */
    void begin(double shift, double advantageScale, int every, double scale, ParameterVector gradient) {
        System.arraycopy(rollout.actions(), first * distribution.actionSize(), actions, 0, actions.length);
        Arrays.fill(weights, 0);
        for (int i = 0; i < count; i++) {
            advantages[i] = (rollout.advantages()[first + i] - shift) * advantageScale;
            if ((first + i) % every == 0) {
                weights[i] = advantages[i];
            }
        }
        model.forward(observations);
        System.arraycopy(model.outputs(0), 0, oldParameters, 0, oldParameters.length);
        distribution.logProbability(count, oldParameters, actions, oldLogProbabilities);
        Arrays.fill(model.outputGradients(0), 0);
        distribution.addLogProbabilityGradient(count, oldParameters, actions, weights, model.outputGradients(0));
        model.backward(scale, gradient);
    }

    /** Compares the network's policy with the old one. */
    void evaluate(DivergenceDirection direction) {
        model.forward(observations);
        double[] parameters = model.outputs(0);
        distribution.logProbability(count, parameters, actions, logProbabilities);
        if (direction == DivergenceDirection.OLD_NEW) {
            distribution.kullbackLeibler(count, oldParameters, parameters, divergences);
        } else {
            distribution.kullbackLeibler(count, parameters, oldParameters, divergences);
        }
        improvementSum = 0;
        divergenceSum = 0;
        for (int i = 0; i < count; i++) {
            improvementSum += Math.expm1(logProbabilities[i] - oldLogProbabilities[i]) * advantages[i];
            divergenceSum += divergences[i];
        }
    }

    /** After {@link #evaluate}: how much {@code Σ ρA} has grown. */
    double improvementSum() {
        return improvementSum;
    }

    /** After {@link #evaluate}, in nats. */
    double divergenceSum() {
        return divergenceSum;
    }

    /** The sum of the old policy's entropies in nats. */
    double oldEntropySum() {
        distribution.entropy(count, oldParameters, weights);
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += weights[i];
        }
        return sum;
    }
}
