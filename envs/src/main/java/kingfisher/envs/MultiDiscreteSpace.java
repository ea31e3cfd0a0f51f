package kingfisher.envs;

import java.util.Arrays;
import java.util.stream.Collectors;
import kingfisher.envs.random.Pcg64;

/**
 * Several discrete choices at once: element {@code i} is one of {@code starts[i], …, starts[i] + counts[i] - 1}.
 *
 * @param counts how many values each choice has, each at least 1; copied
 * @param starts the smallest value of each choice; copied
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out, compared by content
public record MultiDiscreteSpace(int[] counts, int[] starts) implements Space {

    /** Copies both arrays and checks their lengths and counts. */
    public MultiDiscreteSpace {
        counts = counts.clone();
        starts = starts.clone();
        if (counts.length == 0 || counts.length != starts.length) {
            throw new IllegalArgumentException("a multi-discrete space has as many counts as starts, at least 1: "
                    + counts.length + " and " + starts.length);
        }
        for (int count : counts) {
            if (count < 1) {
                throw new IllegalArgumentException("each count must be at least 1: " + Arrays.toString(counts));
            }
        }
    }

    /** Choices that all start at 0. */
    public MultiDiscreteSpace(int... counts) {
        this(counts, new int[counts.length]);
    }

    /** A copy of the counts. */
    @Override
    public int[] counts() {
        return counts.clone();
    }

    /** A copy of the smallest values. */
    @Override
    public int[] starts() {
        return starts.clone();
    }

    @Override
    public int size() {
        return counts.length;
    }

    @Override
    public boolean contains(double[] values) {
        if (values.length != counts.length) {
            return false;
        }
        for (int i = 0; i < values.length; i++) {
            if (!isWholeWithin(values[i], starts[i], counts[i])) {
                return false;
            }
        }
        return true;
    }

    @Override
    public double[] sample(Pcg64 generator) {
        double[] values = new double[counts.length];
        for (int i = 0; i < values.length; i++) {
            // NumPy truncates a uniform draw here, as Gymnasium's MultiDiscrete does
            values[i] = starts[i] + Math.floor(generator.nextDouble() * counts[i]);
        }
        return values;
    }

    static boolean isWholeWithin(double value, int start, int count) {
        return value == Math.rint(value) && value >= start && value < (double) start + count;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MultiDiscreteSpace that
                && Arrays.equals(counts, that.counts)
                && Arrays.equals(starts, that.starts);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(counts) + Arrays.hashCode(starts);
    }

    @Override
    public String toString() {
        String text = "MultiDiscrete(" + numbers(counts);
        return Arrays.stream(starts).allMatch(start -> start == 0)
                ? text + ")"
                : text + ", start=" + numbers(starts) + ")";
    }

    private static String numbers(int[] values) {
        return Arrays.stream(values).mapToObj(Integer::toString).collect(Collectors.joining(" ", "[", "]"));
    }
}
