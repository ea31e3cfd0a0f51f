package kingfisher.agents.algorithm;

import kingfisher.agents.rollout.GeneralizedAdvantage;
import kingfisher.agents.rollout.Rollout;

/** Advantages of a rollout, and how well its values foresaw its returns. */
public final class Advantages {

    private static final double EPSILON = 1e-8;
    private static final double ROUNDING = 1e-13;

    private Advantages() {}

    /** Computes a rollout's advantages and returns by generalized advantage estimation. */
    public static void compute(Rollout rollout, double lambda) {
        GeneralizedAdvantage.compute(
                rollout.steps(),
                rollout.environments(),
                rollout.rewards(),
                rollout.values(),
                rollout.nextValues(),
                rollout.discounts(),
                rollout.ended(),
                lambda,
                rollout.advantages(),
                rollout.returns());
    }

    /** Mean of {@code advantages[rows[from]], …}. */
    public static double mean(double[] advantages, int[] rows, int from, int count) {
        double sum = 0;
        for (int i = from; i < from + count; i++) {
            sum += advantages[rows[i]];
        }
        return sum / count;
    }

    /** Mean of a rollout's advantages. */
    public static double mean(Rollout rollout) {
        double sum = 0;
        for (double advantage : rollout.advantages()) {
            sum += advantage;
        }
        return sum / rollout.size();
    }

    /**
     * What brings a rollout's {@code advantages - mean} to a standard deviation of 1, over n - 1. It is 0 where they are all
     * equal: they have no direction, and scaling would make one of their rounding errors.
     */
    public static double scale(Rollout rollout, double mean) {
        if (areEqual(rollout)) {
            return 0;
        }
        double squares = 0;
        for (double advantage : rollout.advantages()) {
            double deviation = advantage - mean;
            squares += deviation * deviation;
        }
        return scale(squares, rollout.size());
    }

    /** Whether a rollout's advantages are all the same, but for rounding. */
    private static boolean areEqual(Rollout rollout) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (double advantage : rollout.advantages()) {
            least = Math.min(least, advantage);
            most = Math.max(most, advantage);
        }
        return most - least <= ROUNDING * Math.max(Math.abs(least), Math.abs(most));
    }

    /** What brings {@code advantages[rows[from]] - mean, …} to a standard deviation of 1, over n - 1. */
    public static double scale(double[] advantages, int[] rows, int from, int count, double mean) {
        double squares = 0;
        for (int i = from; i < from + count; i++) {
            double deviation = advantages[rows[i]] - mean;
            squares += deviation * deviation;
        }
        return scale(squares, count);
    }

    private static double scale(double squares, int count) {
        return 1 / (Math.sqrt(squares / (count - 1)) + EPSILON);
    }

    /** {@code 1 - Var(returns - values) / Var(returns)}; NaN if all returns are equal. */
    public static double explainedVariance(Rollout rollout) {
        double[] returns = rollout.returns();
        double[] values = rollout.values();
        double meanReturn = 0;
        double meanError = 0;
        for (int i = 0; i < returns.length; i++) {
            meanReturn += returns[i] / returns.length;
            meanError += (returns[i] - values[i]) / returns.length;
        }
        double returnSquares = 0;
        double errorSquares = 0;
        for (int i = 0; i < returns.length; i++) {
            double deviation = returns[i] - meanReturn;
            double error = returns[i] - values[i] - meanError;
            returnSquares += deviation * deviation;
            errorSquares += error * error;
        }
        return returnSquares == 0 ? Double.NaN : 1 - errorSquares / returnSquares;
    }
}
