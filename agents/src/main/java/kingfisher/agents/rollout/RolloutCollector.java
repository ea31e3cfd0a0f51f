package kingfisher.agents.rollout;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import kingfisher.agents.policy.Agent;
import kingfisher.agents.policy.ObservationPipeline;
import kingfisher.agents.policy.RunningMoments;
import kingfisher.envs.VectorEnvironment;
import kingfisher.envs.VectorTimeStep;
import org.apache.commons.rng.RestorableUniformRandomProvider;
import org.jspecify.annotations.Nullable;

/**
 * Lets the policy act in N environments and fills a {@link Rollout}.
 *
 * <p>The environments form one group or several. With several the policy acts for one while the others step: each group in
 * its turn gets its next actions and is waited for when all others have got theirs. The turns are fixed, so that a seed
 * decides everything.
 *
 * <p>While acting only the policy is evaluated; values are computed afterwards, many rows at a time, because they do not
 * influence the actions. Where an episode was truncated its last observation is valued at once.
 */
public final class RolloutCollector {

    private final List<ActingGroup> groups = new ArrayList<>();
    private final int count;
    private final ObservationPipeline observations;
    private final @Nullable RewardNormalizer rewardNormalizer;
    private final EpisodeStatistics statistics;
    private final RestorableUniformRandomProvider random;
    private final double discount;
    private final boolean bootstrapTruncated;
    private long environmentNanos;
    private long inferenceNanos;

    /**
     * Creates a collector; {@link #reset} or a restored state must precede {@link #collect}.
     *
     * @param environments the groups, all of one size
     * @param agent acts; the moments of its observations learn from what the environments show
     * @param rewardNormalizer null if rewards are used as they are
     * @param random source of the actions
     * @param bootstrapTruncated whether the value of the last observation continues a truncated episode's return; if not,
     *     truncation counts as termination
     */
    public RolloutCollector(
            List<VectorEnvironment> environments,
            Agent agent,
            @Nullable RewardNormalizer rewardNormalizer,
            RestorableUniformRandomProvider random,
            double discount,
            boolean bootstrapTruncated) {
        for (VectorEnvironment environment : environments) {
            groups.add(new ActingGroup(environment, groups.size(), agent));
        }
        this.count = groups.stream().mapToInt(ActingGroup::count).sum();
        this.observations = agent.observations();
        this.rewardNormalizer = rewardNormalizer;
        this.statistics = new EpisodeStatistics(count);
        this.random = random;
        this.discount = discount;
        this.bootstrapTruncated = bootstrapTruncated;
    }

    /** Starts new episodes in all environments; environment n is seeded with {@code seed + n}. */
    public void reset(long seed) {
        statistics.abandonRunning();
        if (rewardNormalizer != null) {
            rewardNormalizer.resetReturns();
        }
        groups.forEach(group -> group.reset(seed));
    }

    /**
     * Fills everything of the rollout but advantages and returns with the next T steps.
     *
     * @param rollout of as many groups
     * @param values of this rollout and this collector's actor-critic
     * @throws NonFiniteException if an environment gives an observation or a reward that is not a number
     */
    public void collect(Rollout rollout, RolloutValues values) {
        int turns = rollout.steps() * groups.size();
        int begun = 0;
        for (int turn = 0; turn < turns; turn++) {
            while (begun < Math.min(turns, turn + groups.size())) {
                begin(groups.get(begun % groups.size()), rollout, begun / groups.size());
                begun++;
            }
            finish(groups.get(turn % groups.size()), rollout, turn / groups.size());
        }
        long begin = System.nanoTime();
        values.compute();
        fillNextValues(rollout);
        requireFiniteMoments();
        inferenceNanos += System.nanoTime() - begin;
    }

    private void begin(ActingGroup group, Rollout rollout, int t) {
        long begin = System.nanoTime();
        for (int n = 0; n < group.count(); n++) {
            rollout.episodeSteps()[t * count + group.first() + n] = statistics.runningLength(group.first() + n);
        }
        group.choose(rollout, t, random);
        long chosen = System.nanoTime();
        group.send();
        inferenceNanos += chosen - begin;
        environmentNanos += System.nanoTime() - chosen;
    }

    private void finish(ActingGroup group, Rollout rollout, int t) {
        long begin = System.nanoTime();
        group.receive();
        long received = System.nanoTime();
        record(group, rollout, t * count + group.first());
        environmentNanos += received - begin;
        inferenceNanos += System.nanoTime() - received;
    }

    private void record(ActingGroup group, Rollout rollout, int row) {
        VectorTimeStep step = group.step();
        double[] rewards = step.rewards();
        boolean bootstrapNeeded = false;
        for (int n = 0; n < group.count(); n++) {
            boolean ended = group.ended()[n];
            boolean terminated = step.terminated()[n] || (ended && !bootstrapTruncated);
            bootstrapNeeded |= ended && !terminated;
            if (!Double.isFinite(rewards[n])) {
                throw group.notFinite("the reward of environment " + (group.first() + n), rewards[n]);
            }
            statistics.add(group.first() + n, rewards[n], ended);
            rollout.ended()[row + n] = ended;
            rollout.discounts()[row + n] = terminated ? 0 : discount;
            rollout.nextValues()[row + n] = 0;
            rollout.rewards()[row + n] = rewards[n];
        }
        if (rewardNormalizer != null) {
            rewardNormalizer.normalize(group.first(), rewards, group.ended(), rollout.rewards(), row);
        }
        group.updateMoments();
        if (bootstrapNeeded) {
            for (int n = 0; n < group.count(); n++) {
                group.episodeSteps()[n] = rollout.episodeSteps()[row + n] + 1;
            }
            double[] values = group.finalValues();
            for (int n = 0; n < group.count(); n++) {
                if (group.ended()[n] && rollout.discounts()[row + n] != 0) {
                    rollout.nextValues()[row + n] = values[n];
                }
            }
        }
        group.forgetEnded();
    }

    private void fillNextValues(Rollout rollout) {
        int last = (rollout.steps() - 1) * count;
        for (int i = 0; i < last; i++) {
            if (!rollout.ended()[i]) {
                rollout.nextValues()[i] = rollout.values()[i + count];
            }
        }
        for (ActingGroup group : groups) {
            for (int n = 0; n < group.count(); n++) {
                group.episodeSteps()[n] = statistics.runningLength(group.first() + n);
            }
            double[] values = group.values();
            for (int n = 0; n < group.count(); n++) {
                int i = last + group.first() + n;
                if (!rollout.ended()[i]) {
                    rollout.nextValues()[i] = values[n];
                }
            }
        }
    }

    /** Numbers can be finite and their squares not. */
    private void requireFiniteMoments() {
        if (observations.moments().isPresent() && !observations.moments().get().isFinite()) {
            throw groups.get(0).notFinite("the variance of the observations", Double.POSITIVE_INFINITY);
        }
        if (rewardNormalizer != null && !rewardNormalizer.moments().isFinite()) {
            throw groups.get(0).notFinite("the variance of the rewards", Double.POSITIVE_INFINITY);
        }
    }

    /** Returns a copy of all that {@link #collect} changes, but for the environments. */
    public CollectorState state() {
        return new CollectorState(
                observations.moments().map(RunningMoments::copy),
                Optional.ofNullable(rewardNormalizer)
                        .map(normalizer -> normalizer.moments().copy()),
                rewardNormalizer == null
                        ? new double[0]
                        : rewardNormalizer.returns().clone(),
                statistics.state(),
                random.saveState(),
                shown(),
                previousInputs());
    }

    /** Sets all that {@link #collect} changes, but for the environments, to what {@link #state} once gave. */
    public void restore(CollectorState state) {
        state.observationMoments()
                .ifPresent(saved -> observations.moments().orElseThrow().restore(saved));
        if (rewardNormalizer != null) {
            rewardNormalizer.moments().restore(state.rewardMoments().orElseThrow());
            System.arraycopy(state.discountedReturns(), 0, rewardNormalizer.returns(), 0, count);
        }
        statistics.restore(state.statistics());
        random.restoreState(state.generator());
        show(state.shown());
        restorePreviousInputs(state.previousInputs());
    }

    /** Returns a copy of what the environments show [N × observation size]. */
    public double[] shown() {
        double[] all = new double[count * observations.rawSize()];
        for (ActingGroup group : groups) {
            double[] shown = group.step().observations();
            System.arraycopy(shown, 0, all, group.first() * observations.rawSize(), shown.length);
        }
        return all;
    }

    /** Sets what the environments show, when they are restored. */
    public void show(double[] all) {
        for (ActingGroup group : groups) {
            double[] shown = group.step().observations();
            System.arraycopy(all, group.first() * observations.rawSize(), shown, 0, shown.length);
        }
    }

    /**
     * Returns a copy of what networks saw of the steps before, zeros at an episode's start [N × encoded size]; empty if
     * they do not see it again.
     */
    public double[] previousInputs() {
        return groups.stream()
                .flatMapToDouble(group -> Arrays.stream(group.previousInputs()))
                .toArray();
    }

    /** Sets what networks saw of the steps before to what {@link #previousInputs} once gave. */
    public void restorePreviousInputs(double[] all) {
        int offset = 0;
        for (ActingGroup group : groups) {
            double[] previous = group.previousInputs();
            System.arraycopy(all, offset, previous, 0, previous.length);
            offset += previous.length;
        }
    }

    /** Returns and lengths of the episodes so far. */
    public EpisodeStatistics statistics() {
        return statistics;
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
