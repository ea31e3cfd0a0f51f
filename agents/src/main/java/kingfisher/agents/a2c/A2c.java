package kingfisher.agents.a2c;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import kingfisher.agents.algorithm.Advantages;
import kingfisher.agents.algorithm.Algorithm;
import kingfisher.agents.algorithm.FirstOrder;
import kingfisher.agents.algorithm.NetworkLearner;
import kingfisher.agents.algorithm.ValueLoss;
import kingfisher.agents.policy.ActorCritic;
import kingfisher.agents.policy.PolicyValueNetwork;
import kingfisher.agents.rollout.Rollout;
import kingfisher.agents.settings.A2cSettings;
import kingfisher.agents.settings.AdvantageNormalization;
import kingfisher.agents.settings.CommonSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.agents.settings.ValueClipRule;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.optimizer.GradientClip;
import kingfisher.optim.optimizer.Optimizer;
import kingfisher.optim.optimizer.Schedule;
import kingfisher.optim.parallel.Workers;

/**
 * Advantage actor-critic, the synchronous form of A3C (Mnih et al. 2016): one gradient step over each rollout.
 *
 * <p>With {@code gae-lambda: 1} returns are the n-step returns of that paper. Gradients of policy and value network are
 * computed side by side, one task each, and clipped by their common norm.
 */
public final class A2c implements Algorithm {

    private static final String REMEDY = "a smaller learning-rate or max-gradient-norm";

    private final ActorCritic actorCritic;
    private final Rollout rollout;
    private final Workers workers;
    private final double lambda;
    private final Schedule learningRateSchedule;
    private final Optional<Double> maximumNorm;
    private final boolean normalized;

    private final List<NetworkLearner> learners = new ArrayList<>();
    private final List<Matrix> inputs = new ArrayList<>();
    private final PolicyGradientLoss policyLoss;
    private final ValueLoss valueLoss;
    private final Runnable[] tasks;
    private final double[] squaredNorms;
    private final int[] rows;

    // What the tasks of the current update read.
    private double advantageShift;
    private double advantageScale;

    /**
     * Creates the algorithm.
     *
     * @param rollout collected anew before each {@link #update}, which overwrites its advantages and returns
     */
    public A2c(Settings settings, ActorCritic actorCritic, Rollout rollout, Workers workers) {
        this.actorCritic = actorCritic;
        this.rollout = rollout;
        this.workers = workers;
        this.lambda = settings.get(CommonSettings.GAE_LAMBDA);
        this.learningRateSchedule = FirstOrder.schedule(
                settings.get(CommonSettings.LEARNING_RATE_SCHEDULE), settings.get(CommonSettings.LEARNING_RATE));
        this.maximumNorm = settings.get(CommonSettings.MAX_GRADIENT_NORM);
        this.normalized = settings.get(A2cSettings.NORMALIZE_ADVANTAGES) == AdvantageNormalization.BATCH;
        this.policyLoss = new PolicyGradientLoss(
                actorCritic.distribution(), settings.get(CommonSettings.ENTROPY_COEFFICIENT), rollout.size());
        this.valueLoss =
                new ValueLoss(settings.get(CommonSettings.VALUE_COEFFICIENT), Optional.empty(), ValueClipRule.MAXIMUM);
        for (PolicyValueNetwork network : actorCritic.networks()) {
            Optimizer optimizer = FirstOrder.optimizer(settings, network.parameters());
            Matrix seen = rollout.inputs(network);
            inputs.add(seen);
            learners.add(new NetworkLearner(network, optimizer, rollout.size(), seen.columns(), 0, REMEDY));
        }
        this.squaredNorms = new double[learners.size()];
        this.rows = IntStream.range(0, rollout.size()).toArray();
        this.tasks = IntStream.range(0, learners.size())
                .mapToObj(index -> (Runnable) () -> computeGradient(index))
                .toArray(Runnable[]::new);
    }

    @Override
    public Map<String, Double> update(double progress) {
        double learningRate = learningRateSchedule.at(progress);
        Advantages.compute(rollout, lambda);
        advantageShift = 0;
        advantageScale = 1;
        if (normalized) {
            advantageShift = Advantages.mean(rollout.advantages(), rows, 0, rows.length);
            advantageScale = Advantages.scale(rollout.advantages(), rows, 0, rows.length, advantageShift);
        }
        valueLoss.reset();
        workers.run(tasks);
        double squaredNorm = 0;
        for (int i = 0; i < squaredNorms.length; i++) {
            learners.get(i).checkGradient(squaredNorms[i]);
            squaredNorm += squaredNorms[i];
        }
        double gradientNorm = Math.sqrt(squaredNorm);
        double scale = maximumNorm.isPresent() ? GradientClip.scale(gradientNorm, maximumNorm.get()) : 1;
        for (NetworkLearner learner : learners) {
            learner.step(scale, learningRate);
            learner.checkNumbers();
        }
        return report(learningRate, gradientNorm);
    }

    private void computeGradient(int index) {
        NetworkLearner learner = learners.get(index);
        learner.forward(inputs.get(index), rows, 0);
        if (learner.hasPolicy()) {
            policyLoss.apply(rollout, advantageShift, advantageScale, learner.pass());
        }
        if (learner.hasValue()) {
            valueLoss.apply(rollout, rows, 0, learner.pass());
        }
        squaredNorms[index] = learner.backward();
    }

    private Map<String, Double> report(double learningRate, double gradientNorm) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("train/entropy_loss", -policyLoss.meanEntropy());
        metrics.put("train/explained_variance", Advantages.explainedVariance(rollout));
        metrics.put("train/gradient_norm", gradientNorm);
        metrics.put("train/learning_rate", learningRate);
        metrics.put("train/n_updates", (double) learners.get(0).optimizer().steps());
        metrics.put("train/policy_loss", policyLoss.meanLoss());
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
        return counters;
    }

    @Override
    public void restoreCounters(Map<String, Double> counters) {
        learners.forEach(learner -> learner.restoreCounters(counters));
    }
}
