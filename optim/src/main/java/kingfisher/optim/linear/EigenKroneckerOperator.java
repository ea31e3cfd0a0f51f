package kingfisher.optim.linear;

/**
 * A power {@code (A ⊗ S + λI)^p} of a damped Kronecker product, by the spectral decompositions of its factors; with
 * {@code p = -1} the exactly damped inverse of equation (23):
 * {@code V' = Q_Aᵀ V Q_S}, {@code V''_ij = V'_ij · (d^A_i d^S_j + λ)^p}, {@code V''' = Q_A V'' Q_Sᵀ}, all [M × N].
 *
 * <p>λ comes last, so that {@link #withDamping} needs no new decomposition. Eigenvalues below 0, which a covariance has by
 * rounding only, count as 0. Where an eigenvalue of the damped product is 0, a negative power of it counts as 0 too: the
 * pseudo-inverse, which takes no step where there is neither curvature nor damping.
 */
public final class EigenKroneckerOperator implements LinearOperator {

    private final SymmetricEigen left;
    private final SymmetricEigen right;
    private final double power;
    private final double damping;
    private final double[] scales; // [M × N]
    private final double[] scratch; // [M × N]
    private final Routines routines = Routines.best();

    /**
     * Joins two decompositions.
     *
     * @param left of A [M × M]
     * @param right of S [N × N]
     * @param damping λ, at least 0
     * @param power p
     * @throws IllegalArgumentException if λ is negative or not finite
     */
    public EigenKroneckerOperator(SymmetricEigen left, SymmetricEigen right, double damping, double power) {
        if (!(damping >= 0 && damping <= Double.MAX_VALUE)) {
            throw new IllegalArgumentException("damping must be at least 0 and finite: " + damping);
        }
        this.left = left;
        this.right = right;
        this.damping = damping;
        this.power = power;
        this.scales = new double[Shape.kroneckerSize(left.size(), right.size())];
        this.scratch = new double[scales.length];
        int n = right.size();
        double[] leftValues = left.clipped().sharedValues();
        double[] rightValues = right.clipped().sharedValues();
        for (int i = 0; i < left.size(); i++) {
            for (int j = 0; j < n; j++) {
                scales[i * n + j] = scale(leftValues[i] * rightValues[j] + damping, power);
            }
        }
    }

    private static double scale(double eigenvalue, double power) {
        // the quotient of a subnormal number would be infinite
        if (power < 0 && eigenvalue < Double.MIN_NORMAL) {
            return 0;
        }
        return power == -1 ? 1 / eigenvalue : Math.pow(eigenvalue, power);
    }

    @Override
    public int size() {
        return scales.length;
    }

    @Override
    public void apply(double[] vector, double[] product) {
        Shape.requireOperands(size(), vector, product);
        int m = left.size();
        int n = right.size();
        routines.multiply(m, m, n, left.sharedVectors(), true, vector, false, scratch);
        routines.multiply(m, n, n, scratch, false, right.sharedVectors(), false, product);
        for (int i = 0; i < product.length; i++) {
            product[i] *= scales[i];
        }
        routines.multiply(m, m, n, left.sharedVectors(), false, product, false, scratch);
        routines.multiply(m, n, n, scratch, false, right.sharedVectors(), true, product);
    }

    /** Returns the same with another λ, from the same decompositions. */
    public EigenKroneckerOperator withDamping(double lambda) {
        return new EigenKroneckerOperator(left, right, lambda, power);
    }

    /** Returns the same with the power -p. */
    public EigenKroneckerOperator inverse() {
        return new EigenKroneckerOperator(left, right, damping, -power);
    }
}
