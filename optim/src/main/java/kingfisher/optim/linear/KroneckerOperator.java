package kingfisher.optim.linear;

/**
 * The Kronecker product {@code A ⊗ S} of A [M × M] and S [N × N], equation (15), size MN: the curvature of a layer with
 * M inputs, the bias among them, and N outputs.
 *
 * <p>A vector is V [M × N], row-major, as a layer's weights lie in memory; then {@code (A ⊗ S) vec(V) = vec(AVSᵀ)}. The
 * chapter stacks the columns of the transpose, which is the same vector, so its formulas hold with V for V̄ᵀ.
 */
public final class KroneckerOperator implements LinearOperator {

    private final DenseOperator left;
    private final DenseOperator right;
    private final double[] scratch;
    private final Routines routines = Routines.best();

    /**
     * Joins two factors.
     *
     * @param left A [M × M]
     * @param right S [N × N]
     * @throws IllegalArgumentException if MN elements do not fit an array
     */
    public KroneckerOperator(DenseOperator left, DenseOperator right) {
        this.left = left;
        this.right = right;
        this.scratch = new double[Shape.kroneckerSize(left.size(), right.size())];
    }

    @Override
    public int size() {
        return scratch.length;
    }

    /** A [M × M]. */
    public DenseOperator left() {
        return left;
    }

    /** S [N × N]. */
    public DenseOperator right() {
        return right;
    }

    /** {@code AVSᵀ}, by equation (16). */
    @Override
    public void apply(double[] vector, double[] product) {
        Shape.requireOperands(size(), vector, product);
        int m = left.size();
        int n = right.size();
        routines.multiply(m, m, n, left.shared(), false, vector, false, scratch);
        routines.multiply(m, n, n, scratch, false, right.shared(), true, product);
    }

    /** {@code tr(A ⊗ S) = tr A · tr S}. */
    public double trace() {
        return left.trace() * right.trace();
    }

    /** {@code ‖A ⊗ S‖ = ‖A‖ ‖S‖}. */
    public double frobeniusNorm() {
        return left.frobeniusNorm() * right.frobeniusNorm();
    }

    /**
     * Finds {@code (A ⊗ S)⁻¹ = A⁻¹ ⊗ S⁻¹} for symmetric positive definite factors, equations (19) and (22).
     *
     * @return the inverse, with the larger of the jitters that the factors needed, or why a factor has none
     */
    public Decomposition<FactoredInverse> inverse() {
        return FactoredInverse.of(this, FactoredDamping.NONE);
    }
}
