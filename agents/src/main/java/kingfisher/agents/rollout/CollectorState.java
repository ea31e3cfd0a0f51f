package kingfisher.agents.rollout;

import java.util.Optional;
import kingfisher.agents.policy.RunningMoments;
import org.apache.commons.rng.RandomProviderState;

/**
 * All that collecting changes, but for the environments themselves.
 *
 * @param observationMoments of the observations, if they are normalized
 * @param rewardMoments of the discounted returns, if rewards are normalized
 * @param discountedReturns of the running episodes; empty if rewards are not normalized
 * @param statistics of the episodes
 * @param generator of the actions
 * @param shown what the environments show [N × observation size]
 * @param previousInputs what networks saw of the steps before [N × encoded size]; empty if they do not see it again
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record CollectorState(
        Optional<RunningMoments> observationMoments,
        Optional<RunningMoments> rewardMoments,
        double[] discountedReturns,
        EpisodeStatistics.State statistics,
        RandomProviderState generator,
        double[] shown,
        double[] previousInputs) {}
