package kingfisher.agents.acktr;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import kingfisher.agents.policy.PolicyValueNetwork;
import kingfisher.agents.rollout.NonFiniteException;
import kingfisher.agents.rollout.Rollout;
import kingfisher.agents.settings.AcktrSettings;
import kingfisher.agents.settings.CommonSettings;
import kingfisher.agents.settings.CriticStepRule;
import kingfisher.agents.settings.Settings;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.curvature.SquaredError;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.kfac.CurvatureStatus;
import kingfisher.optim.kfac.FisherEstimator;
import kingfisher.optim.kfac.Kfac;
import kingfisher.optim.kfac.KfacSettings;
import kingfisher.optim.kfac.KroneckerSettings;
import kingfisher.optim.kfac.NormConstraint;
import kingfisher.optim.kfac.NumericalFailureException;
import kingfisher.optim.kfac.StepRule;
import kingfisher.optim.kfac.SupervisedObjective;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.parallel.Workers;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.PermutationSampler;
import org.jspecify.annotations.Nullable;

/**
 * Fits a value network to a rollout's returns by some K-FAC steps on {@code mean ½(V - R)²}, whose curvature is the
 * Gauss-Newton matrix, the Fisher matrix of a normal variable with mean V and variance 1.
 *
 * <p>If the loss over the rollout is larger after the steps than before, and more than four times the mean square of the
 * returns, or something on the way is not finite, all of them are taken back and momentum starts anew. If that happens four
 * times in a row, it stops with the quantity's name.
 */
final class CriticUpdates implements AutoCloseable {

    private static final double DIVERGED = 4;
    private static final int TOLERATED_REJECTIONS = 3;
    private static final String REMEDY = "a smaller critic-learning-rate or a larger critic-damping";

    private final Rollout rollout;
    private final Kfac kfac;
    private final SupervisedObjective objective;
    private final SupervisedObjective whole;
    private final Backend backend;
    private final ParameterVector parameters;
    private final ParameterVector before;
    private final Matrix minibatch;
    private final double[] minibatchReturns;
    private final int[] permutation;
    private final UniformRandomProvider random;
    private final int updates;
    private final StepRule rule;
    private final Optional<NormConstraint> constraint;
    private final int coldSteps;
    private final double coldRate;
    private final boolean firstStepSeesAll; // its loss is that over the rollout
    private double firstLoss;
    private double lossSum;
    private boolean taken;
    private long rejectionsInARow;

    /**
     * Makes the working memory.
     *
     * @param random draws minibatches
     * @param seed of the network's factors
     * @param workers run the work inside a step
     */
    CriticUpdates(
            Settings settings,
            PolicyValueNetwork network,
            Rollout rollout,
            UniformRandomProvider random,
            long seed,
            Workers workers) {
        int size = rollout.size();
        int batch = settings.get(AcktrSettings.CRITIC_MINIBATCH_SIZE).orElse(size);
        boolean isWhole = batch == size;
        List<WeightedMetric> metrics = List.of(new SquaredError(1).weighted(1));
        NetworkModel model = network.model(size, workers);
        NetworkModel stepModel = isWhole ? model : network.model(batch, workers);
        this.rollout = rollout;
        this.random = random;
        this.parameters = network.parameters();
        this.backend = parameters.backend();
        this.before = parameters.zerosLike();
        this.whole = new SupervisedObjective(model, metrics);
        whole.setBatch(rollout.valueInputs(), List.of(rollout.returns()));
        this.minibatch = isWhole
                ? rollout.valueInputs()
                : backend.allocate(batch, rollout.valueInputs().columns());
        this.minibatchReturns = isWhole ? rollout.returns() : new double[batch];
        this.permutation = new int[isWhole ? 0 : size];
        this.objective = isWhole ? whole : new SupervisedObjective(stepModel, metrics);
        objective.setBatch(minibatch, List.of(minibatchReturns));
        this.updates = settings.get(AcktrSettings.CRITIC_UPDATES);
        this.firstStepSeesAll = isWhole && updates > 0 && settings.get(AcktrSettings.CRITIC_WEIGHT_DECAY) == 0;
        this.coldSteps = settings.get(AcktrSettings.CRITIC_COLD_STEPS);
        this.coldRate = settings.get(AcktrSettings.CRITIC_COLD_LEARNING_RATE);
        boolean exact = settings.get(AcktrSettings.CRITIC_STEP_RULE) == CriticStepRule.EXACT;
        this.rule = exact
                ? new StepRule.ExactRateAndMomentum()
                : new StepRule.Averaged(
                        settings.get(AcktrSettings.CRITIC_LEARNING_RATE), settings.get(CommonSettings.MOMENTUM));
        this.constraint = exact
                ? Optional.empty()
                : Optional.of(new NormConstraint(
                        settings.get(AcktrSettings.CRITIC_CLIP), NormConstraint.Measure.PRECONDITIONED));
        KroneckerSettings curvature = KroneckerSettings.defaults()
                // one output: exact factors cost no more than sampled ones, and have no noise
                .withEstimator(FisherEstimator.EXACT)
                .withFactorDecay(settings.get(AcktrSettings.CRITIC_FACTOR_DECAY))
                .withPeriods(
                        settings.get(AcktrSettings.CRITIC_COVARIANCE_PERIOD),
                        settings.get(AcktrSettings.CRITIC_DECOMPOSITION_PERIOD),
                        1)
                .withExecution(settings.get(AcktrSettings.DECOMPOSITION_EXECUTION), 1);
        KfacSettings kfacSettings = KfacSettings.defaults()
                .withCurvature(curvature)
                .withRule(rule, constraint)
                .withConstantDamping(settings.get(AcktrSettings.CRITIC_DAMPING))
                .withWeightDecay(settings.get(AcktrSettings.CRITIC_WEIGHT_DECAY));
        this.kfac = Kfac.of(kfacSettings, stepModel, metrics, seed, workers);
    }

    /**
     * Runs all steps.
     *
     * @throws NonFiniteException if the first gradient, factors or step are not finite, or steps had to be taken back too
     *     often in a row; the parameters are as before the steps
     */
    void run() {
        backend.copy(parameters.values(), before.values());
        double lossBefore = firstStepSeesAll ? Double.NaN : whole.evaluate();
        String failure = takeSteps();
        if (firstStepSeesAll) {
            lossBefore = firstLoss;
        }
        double lossAfter = whole.evaluate();
        boolean diverged = lossAfter > lossBefore && lossAfter > 0.5 * DIVERGED * meanSquareReturn();
        taken = failure == null && !diverged && Double.isFinite(lossAfter);
        if (taken) {
            rejectionsInARow = 0;
            return;
        }
        backend.copy(before.values(), parameters.values());
        kfac.dropMomentum();
        if (++rejectionsInARow > TOLERATED_REJECTIONS) {
            throw NonFiniteException.ofLearning(
                    failure == null ? "the loss of the value network is " + lossAfter : failure, REMEDY);
        }
    }

    /** Returns what was not finite after steps that led there, or null. */
    private @Nullable String takeSteps() {
        lossSum = 0;
        for (int i = 0; i < updates; i++) {
            drawMinibatch();
            try {
                double loss = step();
                firstLoss = i == 0 ? loss : firstLoss;
                lossSum += loss;
            } catch (NumericalFailureException notFinite) {
                String failure = "the value network: " + notFinite.getMessage();
                if (i == 0) {
                    throw NonFiniteException.ofLearning(failure, REMEDY);
                }
                return failure;
            }
        }
        return null;
    }

    private void drawMinibatch() {
        if (permutation.length == 0) {
            return;
        }
        for (int i = 0; i < permutation.length; i++) {
            permutation[i] = i;
        }
        PermutationSampler.shuffle(random, permutation);
        backend.gatherRows(rollout.valueInputs(), permutation, 0, minibatch);
        for (int i = 0; i < minibatchReturns.length; i++) {
            minibatchReturns[i] = rollout.returns()[permutation[i]];
        }
    }

    private double step() {
        if (kfac.curvature().status().step() < coldSteps) {
            StepRule cold = new StepRule.Gradient(coldRate, PolicyStep.COLD_MAXIMUM_NORM);
            return kfac.step(objective, cold, Optional.empty()).loss();
        }
        return kfac.step(objective, rule, constraint).loss();
    }

    private double meanSquareReturn() {
        double sum = 0;
        for (double value : rollout.returns()) {
            sum += value * value;
        }
        return sum / rollout.size();
    }

    /** Mean squared error over the last run's steps, each before it. */
    double meanLoss() {
        return updates == 0 ? Double.NaN : 2 * lossSum / updates;
    }

    /** Whether the last run's steps were kept. */
    boolean taken() {
        return taken;
    }

    CurvatureStatus status() {
        return kfac.curvature().status();
    }

    long rejectionsInARow() {
        return rejectionsInARow;
    }

    void restoreRejections(long rejections) {
        rejectionsInARow = rejections;
    }

    Map<String, double[]> state() {
        return kfac.state();
    }

    void restore(Map<String, double[]> state) {
        kfac.restore(state);
    }

    @Override
    public void close() {
        kfac.close();
    }
}
