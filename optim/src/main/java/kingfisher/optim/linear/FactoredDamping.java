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
        requireDamping("lambda", lambda);
        DenseOperator a = curvature.left();
        DenseOperator s = curvature.right();
        if (a.size() == 1 && isPositive(a.trace())) {
            return new FactoredDamping(0, finite(lambda / a.trace()));
        }
        if (s.size() == 1 && isPositive(s.trace())) {
            return new FactoredDamping(finite(lambda / s.trace()), 0);
        }
        double pi = balance(a, s);
        return new FactoredDamping(finite(pi * Math.sqrt(lambda)), finite(Math.sqrt(lambda) / pi));
    }

    /**
     * {@code π = √((tr A / M) / (tr S / N))}, which makes (24) blind to a scale moved from one factor to the other; 1 where
     * a trace is not positive and finite. It is not clamped: that would break just this symmetry.
     */
    public static double balance(DenseOperator a, DenseOperator s) {
        if (!isPositive(a.trace()) || !isPositive(s.trace())) {
            return 1;
        }
        // two roots, so that no quotient of extreme scales under- or overflows
        return Math.sqrt(a.trace() / a.size()) / Math.sqrt(s.trace() / s.size());
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
