package kingfisher.agents.trpo;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import kingfisher.agents.algorithm.Advantages;
import kingfisher.agents.algorithm.Algorithm;
import kingfisher.agents.algorithm.CriticFit;
import kingfisher.agents.algorithm.FirstOrder;
import kingfisher.agents.algorithm.SavedCounters;
import kingfisher.agents.policy.ActorCritic;
import kingfisher.agents.rollout.Rollout;
import kingfisher.agents.settings.CommonSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.agents.settings.TrpoSettings;
import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.optimizer.Optimizer;
import kingfisher.optim.optimizer.Schedule;
import kingfisher.optim.parallel.Workers;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.PermutationSampler;
import org.jspecify.annotations.Nullable;

/**
 * Trust region policy optimization (Schulman et al. 2015): a natural-gradient step of the policy, as long as a bound on the
 * divergence between old and new policy allows, and a value network fitted by Adam.
 *
 * <p>Policy and value network are updated side by side: each pass over the policy's samples takes a slice of the value
 * network's gradient steps along. Without a line search ({@code line-search-steps: 0})
 * it is natural policy gradient (Kakade 2001) with a step of that length.
 *
 * <p>When an update throws, one network may have been changed and the other not; then neither may be kept.
 */
public final class Trpo implements Algorithm {

    /** Of the gradient, the product that measures the step, and a length of the line search. */
    private static final int OTHER_PASSES = 3;

    private static final String REJECTIONS = "rejections-in-a-row";

    private final ActorCritic actorCritic;
    private final Rollout rollout;
    private final double lambda;
    private final double criticLearningRate;
    private final Schedule boundSchedule;
    private final @Nullable FisherPreconditioner preconditioner;
    private final TrustRegionSearch search;
    private final CriticFit critic;
    private final int stepsInSlice;
    private @Nullable RuntimeException criticFailure;
    private long rejectionsInARow;

    /**
     * Creates the algorithm.
     *
     * @param rollout collected anew before each {@link #update}, which overwrites its advantages and returns
     * @param random source of the value network's minibatches
     */
    public Trpo(
            Settings settings,
            ActorCritic actorCritic,
            Rollout rollout,
            UniformRandomProvider random,
            Workers workers) {
        this(settings, actorCritic, rollout, random, workers, preconditioner(settings, actorCritic, rollout, workers));
    }

    private static @Nullable FisherPreconditioner preconditioner(
            Settings settings, ActorCritic actorCritic, Rollout rollout, Workers workers) {
        int every = settings.get(TrpoSettings.FISHER_SUBSAMPLE);
        return switch (settings.get(TrpoSettings.PRECONDITIONER)) {
            case NONE -> null;
            case KFAC, KFAC_BLOCK_DIAGONAL ->
                new KroneckerPreconditioner(
                        settings,
                        actorCritic.policy(),
                        actorCritic.distribution(),
                        (rollout.size() + every - 1) / every,
                        workers);
        };
    }

    /** The same with another preconditioner for conjugate gradient than that of the settings, or none. */
    public Trpo(
            Settings settings,
            ActorCritic actorCritic,
            Rollout rollout,
            UniformRandomProvider random,
            Workers workers,
            @Nullable FisherPreconditioner preconditioner) {
        this(
                settings,
                actorCritic,
                rollout,
                order -> PermutationSampler.shuffle(random, order),
                workers,
                preconditioner);
    }

    /** Creates the algorithm with a given way to order the rows of a rollout, once an epoch of the value network. */
    Trpo(
            Settings settings,
            ActorCritic actorCritic,
            Rollout rollout,
            Consumer<int[]> shuffle,
            Workers workers,
            @Nullable FisherPreconditioner preconditioner) {
        this.actorCritic = actorCritic;
        this.rollout = rollout;
        this.lambda = settings.get(CommonSettings.GAE_LAMBDA);
        this.boundSchedule =
                FirstOrder.schedule(settings.get(TrpoSettings.MAX_KL_SCHEDULE), settings.get(TrpoSettings.MAX_KL));
        this.criticLearningRate = settings.get(TrpoSettings.CRITIC_LEARNING_RATE);
        Optimizer optimizer = FirstOrder.adam(settings, actorCritic.value().parameters());
        this.critic = new CriticFit(
                rollout,
                actorCritic.value(),
                optimizer,
                shuffle,
                settings.get(TrpoSettings.CRITIC_EPOCHS),
                settings.get(TrpoSettings.CRITIC_MINIBATCH_SIZE),
                criticLearningRate);
        int passes = settings.get(TrpoSettings.CG_ITERATIONS) + OTHER_PASSES;
        this.stepsInSlice = (critic.steps() + passes - 1) / passes;
        this.preconditioner = preconditioner;
        this.search = new TrustRegionSearch(
                settings,
                rollout,
                actorCritic.policy(),
                actorCritic.distribution(),
                preconditioner,
                new Passes(workers, this::advanceCritic));
    }

    @Override
    public Map<String, Double> update(double progress) {
        double bound = boundSchedule.at(progress);
        Advantages.compute(rollout, lambda);
        double advantageShift = Advantages.mean(rollout);
        double advantageScale = Advantages.scale(rollout, advantageShift);
        criticFailure = null;
        critic.begin();
        SearchOutcome found = search.run(advantageShift, advantageScale, bound);
        if (criticFailure != null) {
            throw criticFailure;
        }
        critic.finish();
        rejectionsInARow = found.accepted() ? 0 : rejectionsInARow + 1;
        return report(found, bound);
    }

    /** Beside a pass over the policy's samples; a failure waits until the policy has come to its end. */
    private void advanceCritic() {
        if (criticFailure == null) {
            try {
                critic.advance(stepsInSlice);
            } catch (RuntimeException failure) {
                criticFailure = failure;
            }
        }
    }

    private Map<String, Double> report(SearchOutcome found, double bound) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("train/cg_iterations", (double) found.cgIterations());
        metrics.put("train/cg_residual", found.cgResidual());
        metrics.put("train/entropy_loss", -search.oldEntropy());
        metrics.put("train/expected_improvement", found.expectedImprovement());
        metrics.put("train/explained_variance", Advantages.explainedVariance(rollout));
        metrics.put("train/gradient_norm", found.gradientNorm());
        metrics.put("train/improvement", found.improvement());
        metrics.put("train/kl", found.divergence());
        metrics.put("train/learning_rate", criticLearningRate);
        metrics.put("train/line_search_accepted", found.accepted() ? 1.0 : 0.0);
        metrics.put("train/line_search_rejections_in_a_row", (double) rejectionsInARow);
        metrics.put("train/max_kl", bound);
        metrics.put("train/n_updates", (double) critic.learner().optimizer().steps());
        metrics.put("train/policy_gradient_loss", -found.improvement());
        metrics.put("train/predicted_kl", found.predictedDivergence());
        metrics.put("train/step_fraction", found.fraction());
        metrics.put("train/value_loss", critic.meanLoss());
        if (actorCritic.distribution() instanceof DiagonalGaussian) {
            metrics.put("train/std", actorCritic.policy().meanStandardDeviation());
        }
        return metrics;
    }

    @Override
    public Map<String, ParameterVector> vectors() {
        Map<String, ParameterVector> vectors = new LinkedHashMap<>();
        critic.learner().addVectors(vectors);
        return vectors;
    }

    @Override
    public Map<String, Double> counters() {
        Map<String, Double> counters = new LinkedHashMap<>();
        critic.learner().addCounters(counters);
        counters.put(REJECTIONS, (double) rejectionsInARow);
        return counters;
    }

    @Override
    public void restoreCounters(Map<String, Double> counters) {
        critic.learner().restoreCounters(counters);
        rejectionsInARow = (long) SavedCounters.required(counters, REJECTIONS);
    }

    /** {@inheritDoc} These are the preconditioner's. */
    @Override
    public Map<String, double[]> arrays() {
        return preconditioner == null ? Map.of() : preconditioner.state();
    }

    @Override
    public void restoreArrays(Map<String, double[]> arrays) {
        if (preconditioner != null) {
            preconditioner.restore(arrays);
        }
    }
}
