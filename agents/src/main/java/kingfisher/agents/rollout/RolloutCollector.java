package kingfisher.agents.rollout;

import kingfisher.agents.policy.ActionAdapter;
import kingfisher.agents.policy.ActorCritic;
import kingfisher.agents.policy.Agent;
import kingfisher.agents.policy.NetworkPass;
import kingfisher.agents.policy.ObservationPipeline;
import kingfisher.envs.VectorEnvironment;
import kingfisher.envs.VectorTimeStep;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.distribution.Distribution;
import org.apache.commons.rng.UniformRandomProvider;
import org.jspecify.annotations.Nullable;

/**
 * Lets the policy act in N environments and fills a {@link Rollout}.
 *
 * <p>While acting only the policy is evaluated; values are computed afterwards, many rows at a time, because they do not
 * influence the actions. Where an episode was truncated its last observation is valued at once.
 */
public final class RolloutCollector {

    private final VectorEnvironment environment;
    private final ActionAdapter actionAdapter;
    private final ObservationPipeline observations;
    private final @Nullable RewardNormalizer rewardNormalizer;
    private final EpisodeStatistics statistics;
    private final UniformRandomProvider random;
    private final double discount;
    private final boolean bootstrapTruncated;

    private final Backend backend;
    private final Distribution distribution;
    private final VectorTimeStep step;
    private final NetworkPass policyPass;
    private final NetworkPass valuePass;
    private final Matrix stepObservations;
    private final double[] inputs;
    private final double[] outcomes;
    private final double[] environmentActions;
    private final double[] logProbabilities;
    private final boolean[] ended;
    private long environmentNanos;
    private long inferenceNanos;

    /**
     * Creates a collector; {@link #reset} or a restored state must precede {@link #collect}.
     *
     * @param agent acts; the moments of its observations learn from what the environments show
     * @param rewardNormalizer null if rewards are used as they are
     * @param random source of the actions
     * @param bootstrapTruncated whether the value of the last observation continues a truncated episode's return; if not,
     *     truncation counts as termination
     */
    public RolloutCollector(
            VectorEnvironment environment,
            Agent agent,
            @Nullable RewardNormalizer rewardNormalizer,
            UniformRandomProvider random,
            double discount,
            boolean bootstrapTruncated) {
        this.environment = environment;
        this.actionAdapter = agent.actions();
        this.observations = agent.observations();
        this.rewardNormalizer = rewardNormalizer;
        this.random = random;
        this.discount = discount;
        this.bootstrapTruncated = bootstrapTruncated;
        ActorCritic actorCritic = agent.actorCritic();
        int count = environment.count();
        this.statistics = new EpisodeStatistics(count);
        this.backend = actorCritic.policy().parameters().backend();
        this.distribution = actorCritic.distribution();
        this.step = VectorTimeStep.of(environment);
        this.policyPass = actorCritic.policy().pass(count);
        this.valuePass = actorCritic.value().pass(count);
        this.stepObservations = backend.allocate(count, observations.size());
        this.inputs = new double[count * observations.size()];
        this.outcomes = new double[count * distribution.actionSize()];
        this.environmentActions = new double[outcomes.length];
        this.logProbabilities = new double[count];
        this.ended = new boolean[count];
    }

    /** Starts new episodes in all environments; environment n is seeded with {@code seed + n}. */
    public void reset(long seed) {
        environment.reset(seed, step);
        statistics.abandonRunning();
        if (rewardNormalizer != null) {
            rewardNormalizer.resetReturns();
        }
        updateMoments();
    }

    /**
     * Fills everything of the rollout but advantages and returns with the next T steps.
     *
     * @param values of this rollout and this collector's actor-critic
     * @throws NonFiniteException if an environment gives an observation or a reward that is not a number
     */
    public void collect(Rollout rollout, RolloutValues values) {
        for (int t = 0; t < rollout.steps(); t++) {
            long begin = System.nanoTime();
            act(rollout, t);
            long acted = System.nanoTime();
            environment.step(environmentActions, step);
            long stepped = System.nanoTime();
            record(rollout, t);
            inferenceNanos += acted - begin + System.nanoTime() - stepped;
            environmentNanos += stepped - acted;
        }
        long begin = System.nanoTime();
        values.compute();
        fillNextValues(rollout);
        inferenceNanos += System.nanoTime() - begin;
    }

    private void act(Rollout rollout, int t) {
        int count = environment.count();
        upload(step.observations(), rollout.observations(t));
        policyPass.forward(rollout.observations(t));
        double[] parameters = policyPass.distributionParameters();
        distribution.sample(count, parameters, random, outcomes);
        distribution.logProbability(count, parameters, outcomes, logProbabilities);
        System.arraycopy(outcomes, 0, rollout.actions(), t * outcomes.length, outcomes.length);
        System.arraycopy(parameters, 0, rollout.distributionParameters(), t * parameters.length, parameters.length);
        System.arraycopy(logProbabilities, 0, rollout.logProbabilities(), t * count, count);
        actionAdapter.toEnvironment(count, outcomes, environmentActions);
    }

    private void record(Rollout rollout, int t) {
        int count = environment.count();
        double[] rewards = step.rewards();
        boolean bootstrapNeeded = false;
        for (int n = 0; n < count; n++) {
            int i = t * count + n;
            boolean terminated = step.terminated()[n] || (step.truncated()[n] && !bootstrapTruncated);
            ended[n] = step.terminated()[n] || step.truncated()[n];
            bootstrapNeeded |= ended[n] && !terminated;
            if (!Double.isFinite(rewards[n])) {
                throw new NonFiniteException("the reward of environment " + n, rewards[n]);
            }
            statistics.add(n, rewards[n], ended[n]);
            rollout.ended()[i] = ended[n];
            rollout.discounts()[i] = terminated ? 0 : discount;
            rollout.nextValues()[i] = 0;
            rollout.rewards()[i] = rewards[n];
        }
        if (rewardNormalizer != null) {
            rewardNormalizer.normalize(rewards, ended, rollout.rewards(), t * count);
        }
        updateMoments();
        if (bootstrapNeeded) {
            valueFinalObservations(rollout, t);
        }
    }

    private void valueFinalObservations(Rollout rollout, int t) {
        int count = environment.count();
        int rawSize = observations.rawSize();
        for (int n = 0; n < count; n++) {
            if (ended[n]) {
                requireFinite("last observation", step.finalObservations(), n);
            } else {
                // Rows of running episodes hold old numbers; give them something finite to compute with.
                System.arraycopy(step.observations(), n * rawSize, step.finalObservations(), n * rawSize, rawSize);
            }
        }
        upload(step.finalObservations(), stepObservations);
        valuePass.forward(stepObservations);
        for (int n = 0; n < count; n++) {
            if (ended[n] && rollout.discounts()[t * count + n] != 0) {
                rollout.nextValues()[t * count + n] = valuePass.values()[n];
            }
        }
    }

    private void fillNextValues(Rollout rollout) {
        int count = environment.count();
        int last = (rollout.steps() - 1) * count;
        upload(step.observations(), stepObservations);
        valuePass.forward(stepObservations);
        for (int i = 0; i < rollout.size(); i++) {
            if (!rollout.ended()[i]) {
                rollout.nextValues()[i] =
                        i < last ? rollout.values()[i + count] : valuePass.values()[i - last];
            }
        }
    }

    /** Takes the current observations into the running moments; checks that they are numbers. */
    private void updateMoments() {
        double[] current = step.observations();
        for (int n = 0; n < environment.count(); n++) {
            requireFinite("observation", current, n);
        }
        observations.update(environment.count(), current, inputs);
    }

    private void requireFinite(String what, double[] values, int environmentIndex) {
        int rawSize = observations.rawSize();
        for (int i = environmentIndex * rawSize; i < (environmentIndex + 1) * rawSize; i++) {
            if (!Double.isFinite(values[i])) {
                throw new NonFiniteException("the " + what + " of environment " + environmentIndex, values[i]);
            }
        }
    }

    private void upload(double[] current, Matrix target) {
        observations.apply(environment.count(), current, inputs);
        backend.upload(inputs, target);
    }

    /** Returns and lengths of the episodes so far. */
    public EpisodeStatistics statistics() {
        return statistics;
    }

    /** The environments' current step; the live object, whose observations a resumed run must set. */
    public VectorTimeStep currentStep() {
        return step;
    }

    /** Nanoseconds spent in the environments so far. */
    public long environmentNanos() {
        return environmentNanos;
    }

    /** Nanoseconds spent on choosing actions and on values so far. */
    public long inferenceNanos() {
        return inferenceNanos;
    }
}
