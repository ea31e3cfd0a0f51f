package kingfisher.experiments.suite;

import java.util.Collection;

/**
 * Mean, spread, least and middle of some numbers; NaN where there are too few to say.
 *
 * @param std the sample standard deviation, with n − 1: the numbers stand for more of their kind
 */
public record Statistics(int count, double mean, double std, double min, double median) {

    /** Returns the statistics of the numbers. */
    public static Statistics of(Collection<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int count = sorted.length;
        if (count == 0) {
            return new Statistics(0, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
        }
        double mean = 0;
        for (double value : sorted) {
            mean += value / count;
        }
        double squares = 0;
        for (double value : sorted) {
            squares += (value - mean) * (value - mean);
        }
        double std = count == 1 ? Double.NaN : Math.sqrt(squares / (count - 1));
        double median = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
        return new Statistics(count, mean, std, sorted[0], median);
    }
}
