package kingfisher.optim.linear;

/** The spectral decomposition {@code C = QDQᵀ} of a symmetric matrix [n × n]; immutable. */
public final class SymmetricEigen {

    private final int size;
    private final double[] values;
    private final double[] vectors;

    SymmetricEigen(int size, double[] values, double[] vectors) {
        this.size = size;
        this.values = values;
        this.vectors = vectors;
    }

    /** Number of rows n. */
    public int size() {
        return size;
    }

    /** Returns a copy of the eigenvalues in ascending order [n], the diagonal of D. */
    public double[] values() {
        return values.clone();
    }

    /** Returns a copy of Q, row-major [n × n]: column i is the eigenvector of value i, of norm 1. */
    public double[] vectors() {
        return vectors.clone();
    }

    /** Returns the same with {@linkplain #clip clipped} eigenvalues. */
    public SymmetricEigen clipped() {
        double[] clipped = values();
        clip(clipped);
        return new SymmetricEigen(size, clipped, vectors);
    }

    /**
     * Replaces negative eigenvalues by 0: what a covariance has but for rounding, which leaves values of about -1e-15 times
     * the largest where the true one is 0.
     */
    public static void clip(double[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.max(0, values[i]);
        }
    }

    /** The array itself, for operators of this package, which do not modify it. */
    double[] sharedValues() {
        return values;
    }

    /** The array itself, for operators of this package, which do not modify it. */
    double[] sharedVectors() {
        return vectors;
    }
}
