package kingfisher.envs;

import kingfisher.envs.random.Pcg64;

/**
 * The whole numbers {@code start, …, start + n - 1}.
 *
 * @param n how many there are, at least 1
 * @param start the smallest
 */
public record DiscreteSpace(int n, int start) implements Space {

    /** Checks that there is at least one number. */
    public DiscreteSpace {
        if (n < 1) {
            throw new IllegalArgumentException("a discrete space has at least 1 value: " + n);
        }
    }

    /** The numbers {@code 0, …, n - 1}. */
    public DiscreteSpace(int n) {
        this(n, 0);
    }

    @Override
    public int size() {
        return 1;
    }

    @Override
    public boolean contains(double[] values) {
        return values.length == 1 && MultiDiscreteSpace.isWholeWithin(values[0], start, n);
    }

    @Override
    public double[] sample(Pcg64 generator) {
        return new double[] {start + generator.integers(0, n)};
    }

    @Override
    public String toString() {
        return start == 0 ? "Discrete(" + n + ")" : "Discrete(" + n + ", start=" + start + ")";
    }
}
