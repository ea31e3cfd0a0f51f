package kingfisher.experiments.suite;

import java.util.Collection;
import java.util.Locale;

/**
 * What the runs of a task are to reach.
 *
 * @param score the number that counts
 * @param mean what the mean over the seeds has to reach; negative infinity if it need not
 * @param perSeed what a seed has to reach to count as passing; negative infinity if only the mean decides
 * @param passingSeeds how many seeds have to pass
 */
public record Goal(Score score, double mean, double perSeed, int passingSeeds) {

    /** Returns the goal that mean and all seeds but one reach a return. */
    public static Goal allSeedsButOne(double threshold, int seeds) {
        return new Goal(Score.LAST_POLICY, threshold, threshold, seeds - 1);
    }

    /** Returns the goal that the mean reaches one return, and every seed another one. */
    public static Goal everySeed(double mean, double perSeed, int seeds) {
        return new Goal(Score.LAST_POLICY, mean, perSeed, seeds);
    }

    /** Returns the goal that the mean reaches a return. */
    public static Goal mean(double threshold) {
        return new Goal(Score.LAST_POLICY, threshold, Double.NEGATIVE_INFINITY, 0);
    }

    /** Returns the goal that the mean over the seeds of the last hundred training episodes reaches a return. */
    public static Goal trainingMean(double threshold) {
        return new Goal(Score.LAST_TRAINING_EPISODES, threshold, Double.NEGATIVE_INFINITY, 0);
    }

    /** Returns the goal that the median over an odd number of seeds reaches a return. */
    public static Goal median(double threshold, int seeds) {
        return new Goal(Score.LAST_POLICY, Double.NEGATIVE_INFINITY, threshold, seeds / 2 + 1);
    }

    /** Returns how many of the seeds' returns pass. */
    public int passing(Collection<Double> returns) {
        return (int) returns.stream().filter(value -> value >= perSeed).count();
    }

    /** Returns whether the returns of all seeds reach the goal. */
    public boolean isReached(Collection<Double> returns) {
        return Statistics.of(returns).mean() >= mean && passing(returns) >= passingSeeds;
    }

    /** Says what the mean has to reach, and how many seeds have to reach what. */
    @Override
    public String toString() {
        String seeds = passingSeeds == 1 ? " seed" : " seeds";
        String ofMean = (score == Score.LAST_TRAINING_EPISODES ? "training mean ≥ " : "mean ≥ ") + number(mean);
        String ofSeeds = passingSeeds + seeds + " ≥ " + number(perSeed);
        if (Double.isInfinite(mean)) {
            return ofSeeds;
        }
        return Double.isInfinite(perSeed) ? ofMean : ofMean + ", " + ofSeeds;
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : String.format(Locale.ROOT, "%.2f", value);
    }
}
