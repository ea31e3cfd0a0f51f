package kingfisher.envs;

import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What is known of an environment before its first step.
 *
 * @param id the name it is opened by, such as {@code CartPole-v1}
 * @param observationSpace what it shows
 * @param actionSpace what it accepts
 * @param timeLimit the step of an episode at which it is truncated; the {@code TimeLimit} wrapper does it, not the
 *     environment itself
 * @param rewardThreshold the mean return from which the task counts as solved
 */
public record EnvironmentSpecification(
        String id, Space observationSpace, Space actionSpace, OptionalInt timeLimit, OptionalDouble rewardThreshold) {

    /** Checks that the id is not blank and the limit at least 1. */
    public EnvironmentSpecification {
        if (id.isBlank()) {
            throw new IllegalArgumentException("an environment's id must not be blank");
        }
        if (timeLimit.isPresent() && timeLimit.getAsInt() < 1) {
            throw new IllegalArgumentException(id + ": the time limit must be at least 1: " + timeLimit.getAsInt());
        }
    }

    /** A specification without time limit and threshold. */
    public EnvironmentSpecification(String id, Space observationSpace, Space actionSpace) {
        this(id, observationSpace, actionSpace, OptionalInt.empty(), OptionalDouble.empty());
    }

    /** This specification with another time limit. */
    public EnvironmentSpecification withTimeLimit(int limit) {
        return new EnvironmentSpecification(id, observationSpace, actionSpace, OptionalInt.of(limit), rewardThreshold);
    }

    /** This specification with a reward threshold. */
    public EnvironmentSpecification withRewardThreshold(double threshold) {
        return new EnvironmentSpecification(id, observationSpace, actionSpace, timeLimit, OptionalDouble.of(threshold));
    }
}
