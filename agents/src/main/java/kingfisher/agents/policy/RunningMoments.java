package kingfisher.agents.policy;

import java.util.Arrays;

/**
 * Mean and variance of each column over all rows seen so far, merged batch by batch (Chan et al. 1979); starts as one
 * ten-thousandth of an observation with mean 0 and variance 1, so that it can be used before the first batch.
 */
public final class RunningMoments {

    private static final double INITIAL_COUNT = 1e-4;

    private final double[] mean;
    private final double[] variance;
    private double count = INITIAL_COUNT;

    /** Creates moments of {@code columns} columns. */
    public RunningMoments(int columns) {
        mean = new double[columns];
        variance = new double[columns];
        Arrays.fill(variance, 1);
    }

    /** Takes in {@code rows} rows of {@code values} [rows × columns]. */
    public void update(double[] values, int rows) {
        update(values, 0, rows);
    }

    /** Takes in the rows {@code first}, …, {@code first + rows - 1} of {@code values}. */
    public void update(double[] values, int first, int rows) {
        double total = count + rows;
        for (int column = 0; column < mean.length; column++) {
            double batchMean = 0;
            for (int row = first; row < first + rows; row++) {
                batchMean += values[row * mean.length + column];
            }
            batchMean /= rows;
            double squares = 0;
            for (int row = first; row < first + rows; row++) {
                double deviation = values[row * mean.length + column] - batchMean;
                squares += deviation * deviation;
            }
            double delta = batchMean - mean[column];
            mean[column] += delta * rows / total;
            variance[column] = (variance[column] * count + squares + delta * delta * count * rows / total) / total;
        }
        count = total;
    }

    /** The means; the live array. */
    public double[] mean() {
        return mean;
    }

    /** The variances, divided by the count; the live array. */
    public double[] variance() {
        return variance;
    }

    /** Number of rows seen, plus the initial fraction. */
    public double count() {
        return count;
    }

    /** Whether every mean and variance is a number; those of numbers beyond 10¹⁵⁴ are not. */
    public boolean isFinite() {
        return Arrays.stream(mean).allMatch(Double::isFinite)
                && Arrays.stream(variance).allMatch(Double::isFinite);
    }

    /** Returns moments of their own with the same state. */
    public RunningMoments copy() {
        RunningMoments copy = new RunningMoments(mean.length);
        copy.restore(this);
        return copy;
    }

    /** Sets the state to that of others of as many columns. */
    public void restore(RunningMoments other) {
        restore(other.mean, other.variance, other.count);
    }

    /** Sets the state to what {@link #mean}, {@link #variance} and {@link #count} once gave. */
    public void restore(double[] savedMean, double[] savedVariance, double savedCount) {
        if (savedMean.length != mean.length || savedVariance.length != mean.length) {
            throw new IllegalArgumentException(
                    "saved moments have " + savedMean.length + " columns, expected " + mean.length);
        }
        System.arraycopy(savedMean, 0, mean, 0, mean.length);
        System.arraycopy(savedVariance, 0, variance, 0, variance.length);
        count = savedCount;
    }
}
