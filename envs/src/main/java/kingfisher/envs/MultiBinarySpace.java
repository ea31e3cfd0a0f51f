package kingfisher.envs;

import kingfisher.envs.random.Pcg64;

/**
 * Vectors of zeros and ones.
 *
 * @param n their length, at least 1
 */
public record MultiBinarySpace(int n) implements Space {

    /** Checks that there is at least one element. */
    public MultiBinarySpace {
        if (n < 1) {
            throw new IllegalArgumentException("a multi-binary space has at least 1 element: " + n);
        }
    }

    @Override
    public int size() {
        return n;
    }

    @Override
    public boolean contains(double[] values) {
        if (values.length != n) {
            return false;
        }
        for (double value : values) {
            if (value != 0 && value != 1) {
                return false;
            }
        }
        return true;
    }

    @Override
    public double[] sample(Pcg64 generator) {
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            values[i] = generator.integers(0, 2);
        }
        return values;
    }

    @Override
    public String toString() {
        return "MultiBinary(" + n + ")";
    }
}
