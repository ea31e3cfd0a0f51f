package kingfisher.agents.ppo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import kingfisher.agents.algorithm.Advantages;
import kingfisher.agents.algorithm.Algorithm;
import kingfisher.agents.algorithm.FirstOrder;
import kingfisher.agents.algorithm.NetworkLearner;
import kingfisher.agents.algorithm.SavedCounters;
import kingfisher.agents.algorithm.ValueLoss;
import kingfisher.agents.policy.ActorCritic;
import kingfisher.agents.policy.PolicyValueNetwork;
import kingfisher.agents.rollout.Rollout;
import kingfisher.agents.settings.AdvantageNormalization;
import kingfisher.agents.settings.CommonSettings;
import kingfisher.agents.settings.PpoSettings;
import kingfisher.agents.settings.Proximity;
import kingfisher.agents.settings.Settings;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.optimizer.GradientClip;
import kingfisher.optim.optimizer.Optimizer;
import kingfisher.optim.optimizer.Schedule;
import kingfisher.optim.parallel.Workers;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.PermutationSampler;

/**
 * Proximal policy optimization (Schulman et al. 2017): some epochs of minibatch gradient descent on an objective that
 * keeps the policy near the one that collected the rollout.
 *
 * <p>The details follow Huang et al. 2022 ("The 37 implementation details of PPO"); where projects differ there is a
 * setting. Policy and value networks are fitted side by side, one task each, joined once a minibatch to clip their common
 * gradient norm.
 */
public final class Ppo implements Algorithm {

    /** Early stopping waits for 1.5 times the target, as in OpenAI's Spinning Up and Stable-Baselines3. */
    private static final double EARLY_STOP_FACTOR = 1.5;

    private static final String REMEDY = "a smaller learning-rate or max-gradient-norm";

    private final ActorCritic actorCritic;
    private final Rollout rollout;
    private final Workers workers;
    private final Consumer<int[]> shuffle;
    private final double lambda;
    private final int epochs;
    private final int minibatchSize;
    private final Schedule learningRateSchedule;
    private final Schedule clipSchedule;
    private final Optional<Double> maximumNorm;
    private final Optional<Double> targetDivergence;
    private final AdvantageNormalization advantageNormalization;
    private final boolean penalized;
    private final DivergencePenalty penalty;

    private final List<NetworkLearner> learners = new ArrayList<>();
    private final List<Matrix> inputs = new ArrayList<>();
    private final PolicyLoss policyLoss;
    private final ValueLoss valueLoss;
    private final Runnable[] tasks;
    private final double[] squaredNorms;
    private final int[] permutation;

    // What the tasks of the current minibatch read.
    private int offset;
    private double advantageShift;
    private double advantageScale;
    private double clip;
    private double learningRate;
    private double pendingScale;
    private double gradientNorm;
    private boolean stepPending;

    /**
     * Creates the algorithm.
     *
     * @param rollout collected anew before each {@link #update}, which overwrites its advantages and returns
     * @param random source of the minibatches
     */
    public Ppo(
            Settings settings,
            ActorCritic actorCritic,
            Rollout rollout,
            UniformRandomProvider random,
            Workers workers) {
        this(settings, actorCritic, rollout, rows -> PermutationSampler.shuffle(random, rows), workers);
    }

    /** Creates the algorithm with a given way to order the rows of a rollout, once an epoch. */
    Ppo(Settings settings, ActorCritic actorCritic, Rollout rollout, Consumer<int[]> shuffle, Workers workers) {
        this.actorCritic = actorCritic;
        this.workers = workers;
        this.shuffle = shuffle;
        this.rollout = rollout;
        this.permutation = new int[rollout.size()];
        this.lambda = settings.get(CommonSettings.GAE_LAMBDA);
        this.epochs = settings.get(PpoSettings.EPOCHS);
        this.minibatchSize = settings.get(PpoSettings.MINIBATCH_SIZE);
        this.learningRateSchedule = FirstOrder.schedule(
                settings.get(CommonSettings.LEARNING_RATE_SCHEDULE), settings.get(CommonSettings.LEARNING_RATE));
        this.clipSchedule =
                FirstOrder.schedule(settings.get(PpoSettings.CLIP_SCHEDULE), settings.get(PpoSettings.CLIP));
        this.maximumNorm = settings.get(CommonSettings.MAX_GRADIENT_NORM);
        this.targetDivergence = settings.get(PpoSettings.TARGET_KL);
        this.advantageNormalization = settings.get(PpoSettings.NORMALIZE_ADVANTAGES);
        Proximity proximity = settings.get(PpoSettings.PROXIMITY);
        this.penalized = proximity == Proximity.KL || proximity == Proximity.ADAPTIVE_KL;
        this.penalty = new DivergencePenalty(
                proximity == Proximity.ADAPTIVE_KL,
                settings.get(PpoSettings.KL_COEFFICIENT),
                settings.get(PpoSettings.KL_TARGET));
        this.policyLoss = new PolicyLoss(
                actorCritic.distribution(), proximity, settings.get(CommonSettings.ENTROPY_COEFFICIENT), minibatchSize);
        this.valueLoss = new ValueLoss(
                settings.get(CommonSettings.VALUE_COEFFICIENT),
                settings.get(PpoSettings.VALUE_CLIP),
                settings.get(PpoSettings.VALUE_CLIP_RULE));
        for (PolicyValueNetwork network : actorCritic.networks()) {
            double weightProximity = network.hasPolicy() ? settings.get(PpoSettings.WEIGHT_PROXIMITY) : 0;
            Optimizer optimizer = FirstOrder.optimizer(settings, network.parameters());
            Matrix seen = rollout.inputs(network);
            inputs.add(seen);
            learners.add(
                    new NetworkLearner(network, optimizer, minibatchSize, seen.columns(), weightProximity, REMEDY));
        }
        this.squaredNorms = new double[learners.size()];
        this.tasks = new Runnable[learners.size()];
        for (int i = 0; i < tasks.length; i++) {
            int index = i;
            tasks[i] = () -> learn(index);
        }
    }

    @Override
    public Map<String, Double> update(double progress) {
        learningRate = learningRateSchedule.at(progress);
        clip = clipSchedule.at(progress);
        Advantages.compute(rollout, lambda);
        preparePermutation();
        advantageShift = 0;
        advantageScale = 1;
        if (advantageNormalization == AdvantageNormalization.BATCH) {
            normalizeAdvantages(0, rollout.size());
        }
        policyLoss.reset();
        valueLoss.reset();
        learners.forEach(NetworkLearner::beginUpdate);
        fit();
        learners.forEach(NetworkLearner::checkNumbers);
        penalty.adapt(policyLoss.meanDivergence());
        return report();
    }

    private void preparePermutation() {
        for (int i = 0; i < permutation.length; i++) {
            permutation[i] = i;
        }
    }

    private void fit() {
        stepPending = false;
        for (int epoch = 0; epoch < epochs; epoch++) {
            shuffle.accept(permutation);
            if (!fitEpoch()) {
                return;
            }
        }
        finishStep();
    }

    /** Goes through the permutation once; returns false if the policy has moved too far to go on. */
    private boolean fitEpoch() {
        policyLoss.beginEpoch();
        for (offset = 0; offset < permutation.length; offset += minibatchSize) {
            if (advantageNormalization == AdvantageNormalization.MINIBATCH) {
                normalizeAdvantages(offset, minibatchSize);
            }
            workers.run(tasks);
            stepPending = false;
            double squaredNorm = 0;
            for (int i = 0; i < squaredNorms.length; i++) {
                learners.get(i).checkGradient(squaredNorms[i]);
                squaredNorm += squaredNorms[i];
            }
            gradientNorm = Math.sqrt(squaredNorm);
            if (targetDivergence.isPresent()
                    && policyLoss.lastApproximateDivergence() > EARLY_STOP_FACTOR * targetDivergence.get()) {
                return false;
            }
            pendingScale = maximumNorm.isPresent() ? GradientClip.scale(gradientNorm, maximumNorm.get()) : 1;
            stepPending = true;
        }
        return true;
    }

    /** One network's share of a minibatch: the step that the last one left, then this one's gradient. */
    private void learn(int index) {
        NetworkLearner learner = learners.get(index);
        if (stepPending) {
            learner.step(pendingScale, learningRate);
        }
        learner.forward(inputs.get(index), permutation, offset);
        if (learner.hasPolicy()) {
            policyLoss.apply(
                    rollout,
                    permutation,
                    offset,
                    advantageShift,
                    advantageScale,
                    clip,
                    penalty.coefficient(),
                    learner.pass());
        }
        if (learner.hasValue()) {
            valueLoss.apply(rollout, permutation, offset, learner.pass());
        }
        squaredNorms[index] = learner.backward();
    }

    private void finishStep() {
        for (NetworkLearner learner : learners) {
            learner.step(pendingScale, learningRate);
        }
        stepPending = false;
    }

    private void normalizeAdvantages(int from, int count) {
        double[] advantages = rollout.advantages();
        advantageShift = Advantages.mean(advantages, permutation, from, count);
        advantageScale = Advantages.scale(advantages, permutation, from, count, advantageShift);
    }

    private Map<String, Double> report() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("train/approx_kl", policyLoss.meanApproximateDivergence());
        metrics.put("train/clip_fraction", policyLoss.clipFraction());
        metrics.put("train/clip_range", clip);
        metrics.put("train/entropy_loss", -policyLoss.meanEntropy());
        metrics.put("train/explained_variance", Advantages.explainedVariance(rollout));
        metrics.put("train/gradient_norm", gradientNorm);
        metrics.put("train/kl_coefficient", penalized ? penalty.coefficient() : Double.NaN);
        metrics.put("train/learning_rate", learningRate);
        metrics.put("train/n_updates", (double) learners.get(0).optimizer().steps());
        metrics.put("train/policy_gradient_loss", policyLoss.meanLoss());
        metrics.put("train/value_loss", valueLoss.meanLoss());
        if (actorCritic.distribution() instanceof DiagonalGaussian) {
            metrics.put("train/std", actorCritic.policy().meanStandardDeviation());
        }
        return metrics;
    }

    @Override
    public Map<String, ParameterVector> vectors() {
        Map<String, ParameterVector> vectors = new LinkedHashMap<>();
        learners.forEach(learner -> learner.addVectors(vectors));
        return vectors;
    }

    @Override
    public Map<String, Double> counters() {
        Map<String, Double> counters = new LinkedHashMap<>();
        learners.forEach(learner -> learner.addCounters(counters));
        counters.put("kl-coefficient", penalty.coefficient());
        return counters;
    }

    @Override
    public void restoreCounters(Map<String, Double> counters) {
        learners.forEach(learner -> learner.restoreCounters(counters));
        penalty.restore(SavedCounters.required(counters, "kl-coefficient"));
    }
}
