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
    private int epochsLeft;
    private int offset; // of the next minibatch in the permutation

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

    /** Starts a fit of all epochs. */
    public void begin() {
        for (int i = 0; i < permutation.length; i++) {
            permutation[i] = i;
        }
        loss.reset();
        epochsLeft = epochs;
        offset = permutation.length;
    }

    /** Number of gradient steps of a fit. */
    public int steps() {
        return Math.multiplyExact(epochs, permutation.length / minibatchSize);
    }

    /**
     * Takes the next gradient steps of the fit, as many as asked for or as there are left.
     *
     * @throws NonFiniteException if a gradient is not a number
     */
    public void advance(int steps) {
        for (int i = 0; i < steps; i++) {
            if (offset == permutation.length) {
                if (epochsLeft == 0) {
                    return;
                }
                epochsLeft--;
                offset = 0;
                shuffle.accept(permutation);
            }
            learner.forward(rollout.valueInputs(), permutation, offset);
            loss.apply(rollout, permutation, offset, learner.pass());
            learner.checkGradient(learner.backward());
            learner.step(1, learningRate);
            offset += minibatchSize;
        }
    }

    /**
     * Takes the gradient steps that are left.
     *
     * @throws NonFiniteException if a gradient or parameter is not a number
     */
    public void finish() {
        advance(Integer.MAX_VALUE);
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
