package kingfisher.optim.solver;

import java.util.Arrays;

/**
 * The iterates that a solve has passed at growing intervals, for backtracking on another objective than the model (Martens
 * 2010, §4.6): the model is trusted too far if an early iterate does better there than the last.
 *
 * <p>Belongs to a {@link ConjugateGradient} and is overwritten by its next solve.
 */
public final class Snapshots {

    private final int[] iterations; // all that may be kept
    private final double[][] iterates;
    private int count;

    Snapshots(int size, int maxIterations, double growth) {
        this.iterations = growth == 0 ? new int[0] : schedule(maxIterations, growth);
        this.iterates = new double[iterations.length][size];
    }

    /** Returns 1, and from each number i the next, max(i + 1, ⌈i · growth⌉), up to the limit. */
    private static int[] schedule(int maxIterations, double growth) {
        int[] numbers = new int[maxIterations];
        int length = 0;
        for (double i = 1; i <= maxIterations; i = Math.max(i + 1, Math.ceil(i * growth))) {
            numbers[length++] = (int) i;
        }
        return Arrays.copyOf(numbers, length);
    }

    /** How many iterates the last solve has left. */
    public int count() {
        return count;
    }

    /** After how many steps snapshot {@code index} was taken; grows with the index. */
    public int iteration(int index) {
        requireKept(index);
        return iterations[index];
    }

    /** The iterate itself [n]; not to be modified. */
    public double[] iterate(int index) {
        requireKept(index);
        return iterates[index];
    }

    private void requireKept(int index) {
        if (index < 0 || index >= count) {
            throw new IllegalArgumentException("snapshot: expected one of %d, found %d".formatted(count, index));
        }
    }

    void clear() {
        count = 0;
    }

    /** Copies an iterate if its turn has come. */
    void offer(int iteration, double[] iterate) {
        if (count < iterations.length && iterations[count] == iteration) {
            System.arraycopy(iterate, 0, iterates[count], 0, iterate.length);
            count++;
        }
    }
}
