package kingfisher.envs;

import java.util.Arrays;

/**
 * What one step of an environment gives.
 *
 * @param observation what is seen after the step, an element of the observation space; belongs to the receiver
 * @param reward the reward of the step
 * @param terminated whether the task itself ended: nothing follows, so the value of what follows is zero
 * @param truncated whether the episode was cut off from outside, by a time limit: what would follow still has a value.
 *     Both can hold on one step
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, not shared; compared by content
public record TimeStep(double[] observation, double reward, boolean terminated, boolean truncated) {

    /** Whether the episode is over, for either reason. */
    public boolean ended() {
        return terminated || truncated;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TimeStep that
                && Arrays.equals(observation, that.observation)
                && Double.compare(reward, that.reward) == 0
                && terminated == that.terminated
                && truncated == that.truncated;
    }

    @Override
    public int hashCode() {
        int flags = (terminated ? 2 : 0) + (truncated ? 1 : 0);
        return 31 * (31 * Arrays.hashCode(observation) + Double.hashCode(reward)) + flags;
    }

    @Override
    public String toString() {
        return "TimeStep[observation=" + Arrays.toString(observation) + ", reward=" + reward + ", terminated="
                + terminated + ", truncated=" + truncated + "]";
    }
}
