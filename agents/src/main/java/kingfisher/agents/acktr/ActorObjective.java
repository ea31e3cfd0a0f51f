package kingfisher.agents.acktr;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kingfisher.agents.rollout.Rollout;
import kingfisher.agents.settings.FisherTargets;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.curvature.SquaredError;
import kingfisher.optim.kfac.Objective;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.network.ParameterVector;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * What the network with the policy minimizes over a rollout: {@code -mean(A log π) - c · entropy}, and with a value head
 * {@code v · mean ½(V - R)²} too. It also runs the model that the Kronecker factors are made of.
 */
final class ActorObjective implements Objective {

    private final Rollout rollout;
    private final PolicyTerm policy;
    private final NetworkModel model;
    private final NetworkModel statistics;
    private final Matrix statisticsObservations;
    private final int[] statisticsRows;
    private final FisherTargets fisher;
    private final double entropyCoefficient;
    private final double valueCoefficient;
    private final UniformRandomProvider random;
    private final SquaredError value = new SquaredError(1);
    private final double[] takenActions;
    private final double[] valueTargets;
    private final List<double[]> targets = new ArrayList<>();
    private double shift;
    private double scale;
    private double valueLoss = Double.NaN;

    /**
     * Makes the working memory.
     *
     * @param policy the policy's part, over the same model
     * @param model over the whole rollout, with the policy's head and perhaps the value's
     * @param statistics over every so many-th sample, or {@code model} itself
     * @param subsample which samples these are
     * @param random draws the value's targets where the policy's are the actions that were taken
     */
    ActorObjective(
            Rollout rollout,
            PolicyTerm policy,
            NetworkModel model,
            NetworkModel statistics,
            int subsample,
            FisherTargets fisher,
            double entropyCoefficient,
            double valueCoefficient,
            UniformRandomProvider random) {
        this.rollout = rollout;
        this.policy = policy;
        this.model = model;
        this.statistics = statistics;
        this.fisher = fisher;
        this.entropyCoefficient = entropyCoefficient;
        this.valueCoefficient = valueCoefficient;
        this.random = random;
        int rows = statistics.batch();
        this.statisticsRows = new int[rows];
        Arrays.setAll(statisticsRows, i -> i * subsample);
        this.statisticsObservations = statistics == model
                ? rollout.observations()
                : model.parameters()
                        .backend()
                        .allocate(rows, rollout.observations().columns());
        this.takenActions = new double[rows * (rollout.actions().length / rollout.size())];
        this.valueTargets = new double[hasValue() ? rows : 0];
        targets.add(takenActions);
        if (hasValue()) {
            targets.add(valueTargets);
        }
    }

    private boolean hasValue() {
        return model.heads() > 1;
    }

    /** Sets how the rollout's advantages are shifted and then scaled. */
    void normalize(double newShift, double newScale) {
        shift = newShift;
        scale = newScale;
    }

    /** Mean squared error of the value head at the last gradient; NaN without one. */
    double valueLoss() {
        return valueLoss;
    }

    @Override
    public double evaluate() {
        policy.begin(shift, scale);
        double loss = policy.logLikelihoodLoss();
        if (entropyCoefficient > 0) {
            loss -= entropyCoefficient * policy.oldEntropy();
        }
        return hasValue() ? loss + valueCoefficient * 0.5 * squaredError() : loss;
    }

    @Override
    public double evaluate(ParameterVector gradient) {
        double loss = evaluate();
        policy.writeOutputGradients(-1, entropyCoefficient);
        if (hasValue()) {
            double[] gradients = model.outputGradients(1);
            double[] values = model.outputs(1);
            for (int i = 0; i < rollout.size(); i++) {
                gradients[i] = policy.counts(i) ? valueCoefficient * (values[i] - rollout.returns()[i]) : 0;
            }
        }
        model.backward(1.0 / policy.samples(), gradient);
        prepareStatistics();
        return loss;
    }

    private double squaredError() {
        double[] values = model.outputs(1);
        double sum = 0;
        for (int i = 0; i < rollout.size(); i++) {
            if (policy.counts(i)) {
                double error = values[i] - rollout.returns()[i];
                sum += error * error;
            }
        }
        valueLoss = sum / policy.samples();
        return valueLoss;
    }

    private void prepareStatistics() {
        if (statistics != model) {
            model.parameters().backend().gatherRows(rollout.observations(), statisticsRows, 0, statisticsObservations);
            statistics.forward(statisticsObservations);
        }
        if (fisher == FisherTargets.SAMPLED) {
            return;
        }
        int width = takenActions.length / statisticsRows.length;
        for (int i = 0; i < statisticsRows.length; i++) {
            System.arraycopy(rollout.actions(), statisticsRows[i] * width, takenActions, i * width, width);
        }
        if (hasValue()) {
            value.sampleTargets(statisticsRows.length, statistics.outputs(1), random, valueTargets);
        }
    }

    /** The actions that were taken, and values drawn with variance 1. */
    @Override
    public List<double[]> targets() {
        return targets;
    }
}
