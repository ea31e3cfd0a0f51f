package kingfisher.experiments.suite;

import java.util.Collection;
import java.util.Locale;

/**
 * What the runs of a task are to reach, in the mean return of the most probable actions.
 *
 * @param mean what the mean over the seeds has to reach
 * @param perSeed what a seed has to reach to count as passing
 * @param passingSeeds how many seeds have to pass
 */
public record Goal(double mean, double perSeed, int passingSeeds) {

    /** Returns the goal that mean and all seeds but one reach a return. */
    public static Goal allSeedsButOne(double threshold, int seeds) {
        return new Goal(threshold, threshold, seeds - 1);
    }

    /** Returns the goal that the mean reaches one return, and every seed another one. */
    public static Goal everySeed(double mean, double perSeed, int seeds) {
        return new Goal(mean, perSeed, seeds);
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
        return "mean ≥ " + number(mean) + ", " + passingSeeds + seeds + " ≥ " + number(perSeed);
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : String.format(Locale.ROOT, "%.2f", value);
    }
}
