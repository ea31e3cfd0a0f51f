package kingfisher.optim.linear;

/**
 * What factored damping adds to the diagonals of A [M × M] and S [N × N], equation (24):
 * {@code (A + π√λ I) ⊗ (S + √λ/π I) ⪰ A ⊗ S + λI}.
 *
 * @param left π√λ, for A
 * @param right √λ/π, for S
 */
public record FactoredDamping(double left, double right) {

    /** Adds nothing. */
    public static final FactoredDamping NONE = new FactoredDamping(0, 0);

    /** Checks the amounts. */
    public FactoredDamping {
        requireDamping("left", left);
        requireDamping("right", right);
    }

    /**
     * Splits λ so that it weighs equally in both factors.
     *
     * <p>A factor of one row is a number and gets nothing; all of λ then goes to the other factor, divided by that number,
     * which is exact (so does kfac-jax). Where it is not positive, both get √λ.
     *
     * @param lambda λ, at least 0
     * @throws IllegalArgumentException if λ is negative or not finite
     */
    public static FactoredDamping split(double lambda, KroneckerOperator curvature) {
        DenseOperator a = curvature.left();
        DenseOperator s = curvature.right();
        return split(lambda, a.size(), a.trace(), s.size(), s.trace());
    }

    /**
     * The same for factors that are not written out, by their numbers of rows and traces.
     *
     * @throws IllegalArgumentException if λ is negative or not finite
     */
    public static FactoredDamping split(
            double lambda, int leftSize, double leftTrace, int rightSize, double rightTrace) {
        requireDamping("lambda", lambda);
        if (leftSize == 1 && isPositive(leftTrace)) {
            return new FactoredDamping(0, finite(lambda / leftTrace));
        }
        if (rightSize == 1 && isPositive(rightTrace)) {
            return new FactoredDamping(finite(lambda / rightTrace), 0);
        }
        double pi = balance(leftSize, leftTrace, rightSize, rightTrace);
        return new FactoredDamping(finite(pi * Math.sqrt(lambda)), finite(Math.sqrt(lambda) / pi));
    }

    /**
     * {@code π = √((tr A / M) / (tr S / N))}, which makes (24) blind to a scale moved from one factor to the other; 1 where
     * a trace is not positive and finite. It is not clamped: that would break just this symmetry.
     */
    public static double balance(DenseOperator a, DenseOperator s) {
        return balance(a.size(), a.trace(), s.size(), s.trace());
    }

    private static double balance(int leftSize, double leftTrace, int rightSize, double rightTrace) {
        if (!isPositive(leftTrace) || !isPositive(rightTrace)) {
            return 1;
        }
        // two roots, so that no quotient of extreme scales under- or overflows
        return Math.sqrt(leftTrace / leftSize) / Math.sqrt(rightTrace / rightSize);
    }

    private static double finite(double amount) {
        return Math.min(amount, Double.MAX_VALUE);
    }

    private static boolean isPositive(double trace) {
        return trace >= Double.MIN_NORMAL && trace <= Double.MAX_VALUE;
    }

    private static void requireDamping(String name, double value) {
        if (!(value >= 0 && value <= Double.MAX_VALUE)) {
            throw new IllegalArgumentException("%s must be at least 0 and finite: %s".formatted(name, value));
        }
    }
}
