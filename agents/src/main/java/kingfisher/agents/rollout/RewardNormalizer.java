package kingfisher.agents.rollout;

import java.util.Arrays;
import kingfisher.agents.policy.RunningMoments;

/**
 * Divides rewards by the running standard deviation of the discounted return, without moving their mean, and clips them:
 * VecNormalize of the baselines, details 8 and 9 of the continuous ones in Huang et al. 2022.
 */
public final class RewardNormalizer {

    private static final double EPSILON = 1e-8;

    private final RunningMoments moments = new RunningMoments(1);
    private final double discount;
    private final double clip;
    private final double[] returns;

    /** Creates a normalizer for {@code environments} environments. */
    public RewardNormalizer(int environments, double discount, double clip) {
        this.returns = new double[environments];
        this.discount = discount;
        this.clip = clip;
    }

    /** The moments of the discounted return, to save. */
    public RunningMoments moments() {
        return moments;
    }

    /** The discounted return of each environment's running episode; the live array. */
    public double[] returns() {
        return returns;
    }

    /**
     * Takes in one reward of each of some environments and writes the normalized ones.
     *
     * @param first the first environment
     * @param rewards of the environments from the first on, not modified
     * @param ended whether the episode ended with this reward
     * @param normalized receives the result from {@code offset}
     */
    public void normalize(int first, double[] rewards, boolean[] ended, double[] normalized, int offset) {
        int count = rewards.length;
        for (int n = 0; n < count; n++) {
            returns[first + n] = returns[first + n] * discount + rewards[n];
        }
        moments.update(returns, first, count);
        double scale = 1 / Math.sqrt(moments.variance()[0] + EPSILON);
        for (int n = 0; n < count; n++) {
            normalized[offset + n] = Math.max(-clip, Math.min(clip, rewards[n] * scale));
            if (ended[n]) {
                returns[first + n] = 0;
            }
        }
    }

    /** Forgets the running episodes, when environments are reset. */
    public void resetReturns() {
        Arrays.fill(returns, 0);
    }
}
