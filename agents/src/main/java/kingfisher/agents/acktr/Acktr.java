package kingfisher.agents.acktr;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import kingfisher.agents.algorithm.Advantages;
import kingfisher.agents.algorithm.Algorithm;
import kingfisher.agents.algorithm.FirstOrder;
import kingfisher.agents.algorithm.SavedCounters;
import kingfisher.agents.policy.ActorCritic;
import kingfisher.agents.rollout.NonFiniteException;
import kingfisher.agents.rollout.Rollout;
import kingfisher.agents.settings.A2cSettings;
import kingfisher.agents.settings.AcktrSettings;
import kingfisher.agents.settings.AdvantageNormalization;
import kingfisher.agents.settings.CommonSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.agents.settings.TrpoSettings;
import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.kfac.CurvatureStatus;
import kingfisher.optim.kfac.NumericalFailureException;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.optimizer.Schedule;
import kingfisher.optim.parallel.Workers;
import org.apache.commons.rng.UniformRandomProvider;
import org.jspecify.annotations.Nullable;

/**
 * ACKTR (Wu et al. 2017, "Scalable trust-region method for deep reinforcement learning using Kronecker-factored
 * approximation"): one natural-gradient step of the policy a rollout, with Kronecker-factored curvature and a bound on the
 * divergence, and a value network fitted by such steps too; or one step of a network that gives both.
 *
 * <p>When an update throws, one network may have been changed and the other not; then neither may be kept.
 */
public final class Acktr implements Algorithm {

    private static final String POLICY = "policy.";
    private static final String VALUE = "value.";
    private static final String RATE = "adaptive-rate";
    private static final String POLICY_REJECTIONS = "policy.rejections-in-a-row";
    private static final String VALUE_REJECTIONS = "value.rejections-in-a-row";

    private final ActorCritic actorCritic;
    private final Rollout rollout;
    private final double lambda;
    private final boolean normalizesAdvantages;
    private final Schedule boundSchedule;
    private final Schedule rateSchedule;
    private final PolicyStep policy;
    private final @Nullable CriticUpdates critic;
    private final Workers workers;
    private final Runnable[] steps;
    private final boolean sideBySide;

    // What the steps of the current update read and write.
    private double advantageShift;
    private double advantageScale;
    private double bound;
    private double rate;
    private @Nullable StepOutcome outcome;

    /**
     * Creates the algorithm.
     *
     * @param rollout collected anew before each {@link #update}, which overwrites its advantages and returns
     * @param random source of minibatches, and of the seeds of sampled actions
     * @param workers run the work inside the steps; any number of threads gives the same bits
     */
    public Acktr(
            Settings settings,
            ActorCritic actorCritic,
            Rollout rollout,
            UniformRandomProvider random,
            Workers workers) {
        this.actorCritic = actorCritic;
        this.rollout = rollout;
        this.lambda = settings.get(CommonSettings.GAE_LAMBDA);
        this.normalizesAdvantages = settings.get(A2cSettings.NORMALIZE_ADVANTAGES) != AdvantageNormalization.NONE;
        this.boundSchedule =
                FirstOrder.schedule(settings.get(TrpoSettings.MAX_KL_SCHEDULE), settings.get(TrpoSettings.MAX_KL));
        this.rateSchedule = FirstOrder.schedule(
                settings.get(CommonSettings.LEARNING_RATE_SCHEDULE), settings.get(CommonSettings.LEARNING_RATE));
        this.workers = workers;
        // passes over few rows keep one thread busy, and two networks two
        this.sideBySide = !actorCritic.isShared()
                && !NetworkModel.isCut(actorCritic.policy().parameters().backend(), rollout.size())
                && settings.get(AcktrSettings.CRITIC_UPDATES) == 1;
        Workers ofPolicy = sideBySide ? new Workers(1) : workers;
        this.policy = new PolicyStep(settings, actorCritic, rollout, random, random.nextLong(), ofPolicy);
        if (actorCritic.isShared()) {
            this.critic = null;
            this.steps = new Runnable[] {this::stepPolicy};
        } else {
            Workers ofCritic = sideBySide ? new Workers(1) : workers;
            CriticUpdates updates =
                    new CriticUpdates(settings, actorCritic.value(), rollout, random, random.nextLong(), ofCritic);
            this.critic = updates;
            this.steps = new Runnable[] {updates::run, this::stepPolicy};
        }
    }

    @Override
    public Map<String, Double> update(double progress) {
        bound = boundSchedule.at(progress);
        rate = rateSchedule.at(progress);
        Advantages.compute(rollout, lambda);
        advantageShift = 0;
        advantageScale = 1;
        if (normalizesAdvantages) {
            advantageShift = Advantages.mean(rollout);
            advantageScale = Advantages.scale(rollout, advantageShift);
        }
        if (sideBySide) {
            workers.run(steps);
        } else {
            for (Runnable step : steps) {
                step.run();
            }
        }
        return report(Objects.requireNonNull(outcome));
    }

    private void stepPolicy() {
        outcome = policy.run(advantageShift, advantageScale, bound, rate);
    }

    private Map<String, Double> report(StepOutcome of) {
        CurvatureStatus curvature = policy.status();
        Map<String, Double> metrics = new LinkedHashMap<>();
        if (critic != null) {
            metrics.put("train/critic_kept", critic.taken() ? 1.0 : 0.0);
        }
        metrics.put("train/entropy_loss", -of.entropy());
        metrics.put("train/explained_variance", Advantages.explainedVariance(rollout));
        metrics.put("train/failed_decompositions", (double) failed(curvature));
        metrics.put("train/gradient_norm", of.gradientNorm());
        metrics.put("train/improvement", of.improvement());
        metrics.put("train/kl", of.divergence());
        metrics.put("train/learning_rate", of.rate());
        metrics.put("train/max_kl", bound);
        metrics.put("train/n_updates", (double) curvature.step());
        metrics.put("train/policy_gradient_loss", of.loss());
        metrics.put("train/predicted_kl", of.predictedDivergence());
        metrics.put("train/rejected_batches", (double) rejected(curvature));
        metrics.put("train/step_fraction", of.fraction());
        metrics.put("train/value_loss", critic == null ? policy.valueLoss() : critic.meanLoss());
        if (actorCritic.distribution() instanceof DiagonalGaussian) {
            metrics.put("train/std", actorCritic.policy().meanStandardDeviation());
        }
        return metrics;
    }

    private long failed(CurvatureStatus curvature) {
        return curvature.failedDecompositions()
                + (critic == null ? 0 : critic.status().failedDecompositions());
    }

    private long rejected(CurvatureStatus curvature) {
        return curvature.rejectedBatches()
                + (critic == null ? 0 : critic.status().rejectedBatches());
    }

    @Override
    public Map<String, ParameterVector> vectors() {
        return Map.of();
    }

    @Override
    public Map<String, Double> counters() {
        Map<String, Double> counters = new LinkedHashMap<>();
        counters.put(RATE, policy.adaptiveRate());
        counters.put(POLICY_REJECTIONS, (double) policy.rejectionsInARow());
        if (critic != null) {
            counters.put(VALUE_REJECTIONS, (double) critic.rejectionsInARow());
        }
        return counters;
    }

    @Override
    public void restoreCounters(Map<String, Double> counters) {
        policy.restore(
                SavedCounters.required(counters, RATE), (long) SavedCounters.required(counters, POLICY_REJECTIONS));
        if (critic != null) {
            critic.restoreRejections((long) SavedCounters.required(counters, VALUE_REJECTIONS));
        }
    }

    /** {@inheritDoc} These are the Kronecker factors, their decompositions and the momentum. */
    @Override
    public Map<String, double[]> arrays() {
        try {
            Map<String, double[]> arrays = new LinkedHashMap<>();
            policy.state().forEach((name, array) -> arrays.put(POLICY + name, array));
            if (critic != null) {
                critic.state().forEach((name, array) -> arrays.put(VALUE + name, array));
            }
            return arrays;
        } catch (NumericalFailureException failure) {
            throw NonFiniteException.ofLearning(
                    String.valueOf(failure.getMessage()), "a larger damping or critic-damping");
        }
    }

    @Override
    public void restoreArrays(Map<String, double[]> arrays) {
        policy.restore(part(POLICY, arrays));
        if (critic != null) {
            critic.restore(part(VALUE, arrays));
        }
    }

    private static Map<String, double[]> part(String prefix, Map<String, double[]> arrays) {
        Map<String, double[]> part = new LinkedHashMap<>();
        arrays.forEach((name, array) -> {
            if (name.startsWith(prefix)) {
                part.put(name.substring(prefix.length()), array);
            }
        });
        return part;
    }

    @Override
    public void close() {
        policy.close();
        if (critic != null) {
            critic.close();
        }
    }
}
