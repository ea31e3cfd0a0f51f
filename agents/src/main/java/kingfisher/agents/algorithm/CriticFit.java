package kingfisher.agents.algorithm;

import java.util.Optional;
import java.util.function.Consumer;
import kingfisher.agents.policy.PolicyValueNetwork;
import kingfisher.agents.rollout.NonFiniteException;
import kingfisher.agents.rollout.Rollout;
import kingfisher.agents.settings.ValueClipRule;
import kingfisher.optim.optimizer.Optimizer;

/** Fits a value network to a rollout's returns by epochs of minibatch descent on the mean squared error. */
public final class CriticFit {

    private static final String REMEDY = "a smaller critic-learning-rate";

    private final Rollout rollout;
    private final NetworkLearner learner;
    private final ValueLoss loss = new ValueLoss(1, Optional.empty(), ValueClipRule.MAXIMUM);
    private final Consumer<int[]> shuffle;
    private final int epochs;
    private final int minibatchSize;
    private final double learningRate;
    private final int[] permutation;

    /**
     * Creates the fit.
     *
     * @param shuffle orders the rows of a rollout, once an epoch
     * @param minibatchSize divides the size of the rollout
     */
    public CriticFit(
            Rollout rollout,
            PolicyValueNetwork network,
            Optimizer optimizer,
            Consumer<int[]> shuffle,
            int epochs,
            int minibatchSize,
            double learningRate) {
        this.rollout = rollout;
        this.learner = new NetworkLearner(
                network, optimizer, minibatchSize, rollout.valueInputs().columns(), 0, REMEDY);
        this.shuffle = shuffle;
        this.epochs = epochs;
        this.minibatchSize = minibatchSize;
        this.learningRate = learningRate;
        this.permutation = new int[rollout.size()];
    }

    /**
     * Runs all epochs.
     *
     * @throws NonFiniteException if a gradient or parameter is not a number
     */
    public void run() {
        for (int i = 0; i < permutation.length; i++) {
            permutation[i] = i;
        }
        loss.reset();
        for (int epoch = 0; epoch < epochs; epoch++) {
            shuffle.accept(permutation);
            for (int offset = 0; offset < permutation.length; offset += minibatchSize) {
                learner.forward(rollout.valueInputs(), permutation, offset);
                loss.apply(rollout, permutation, offset, learner.pass());
                double squaredNorm = learner.backward();
                learner.checkGradient(squaredNorm);
                learner.step(1, learningRate);
            }
        }
        learner.checkNumbers();
    }

    /** The network with its optimizer. */
    public NetworkLearner learner() {
        return learner;
    }

    /** Mean squared error over the last run's minibatches, each before its step. */
    public double meanLoss() {
        return loss.meanLoss();
    }
}
