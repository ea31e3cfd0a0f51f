package kingfisher.optim.linear;

import kingfisher.optim.linear.Decomposition.Failed;
import kingfisher.optim.linear.Decomposition.Found;
import kingfisher.optim.linear.Decomposition.Reason;

/**
 * The inverse {@code (A ⊗ B - C ⊗ D)⁻¹} of a difference of Kronecker products, size MN, for A [M × M] and B [N × N]
 * positive definite, C and D positive semidefinite (Martens and Grosse 2015, "Optimizing neural networks with
 * Kronecker-factored approximate curvature", appendix B).
 *
 * <p>With K that makes both matrices of a pair diagonal, {@code KᵀAK = I} and {@code KᵀCK = diag(s)}, and L and t in the
 * same way for B and D, it is {@code (K ⊗ L) diag(1 / (1 - s_i t_j)) (K ⊗ L)ᵀ}.
 */
public final class KroneckerDifferenceInverse implements LinearOperator {

    private final Pencil left;
    private final Pencil right;
    private final double[] scratch;
    private final Routines routines = Routines.best();

    /** Two symmetric matrices of size n made diagonal together. */
    private static final class Pencil {

        private final double[] basis; // [n × n]
        private final double[] values; // [n], ascending

        private Pencil(double[] basis, double[] values) {
            this.basis = basis;
            this.values = values;
        }

        private int size() {
            return values.length;
        }

        private double largest() {
            return values[values.length - 1];
        }
    }

    private KroneckerDifferenceInverse(Pencil left, Pencil right) {
        this.left = left;
        this.right = right;
        this.scratch = new double[Shape.kroneckerSize(left.size(), right.size())];
    }

    /**
     * Inverts {@code first - second}, of whose factors the symmetric parts count.
     *
     * <p>Where the difference is singular but for rounding, {@code 1 - s_i t_j} counts as at least {@code floor}, so that
     * the inverse stays positive definite and is at most 1/floor times that of {@code first}.
     *
     * @param first A ⊗ B
     * @param second C ⊗ D
     * @param floor at least 0 and below 1
     * @return the inverse, or that a matrix is not finite, or first or the difference not positive definite by more than
     *     {@code floor}
     * @throws IllegalArgumentException if sizes do not fit or {@code floor} is out of its range
     */
    public static Decomposition<KroneckerDifferenceInverse> of(
            KroneckerOperator first, KroneckerOperator second, double floor) {
        if (!(floor >= 0 && floor < 1)) {
            throw new IllegalArgumentException("floor must be in [0, 1): " + floor);
        }
        Decomposition<Pencil> left = together(first.left(), second.left());
        if (left instanceof Failed<Pencil> failed) {
            return new Failed<>(failed.reason());
        }
        Decomposition<Pencil> right = together(first.right(), second.right());
        if (right instanceof Failed<Pencil> failed) {
            return new Failed<>(failed.reason());
        }
        return join(left.orElseThrow(), right.orElseThrow(), floor);
    }

    private static Decomposition<KroneckerDifferenceInverse> join(Pencil left, Pencil right, double floor) {
        double largestLeft = left.largest();
        double largestRight = right.largest();
        if (largestLeft * largestRight > 1 + floor) {
            return new Failed<>(Reason.NOT_POSITIVE_DEFINITE);
        }
        // scaling one side alone keeps every product below 1 - floor; s and t may lie on any scale, only products count
        double excess = largestLeft * largestRight / (1 - floor);
        if (excess > 1) {
            double[] values = left.values.clone();
            double most = largestLeft / excess;
            for (int i = 0; i < values.length; i++) {
                values[i] = Math.min(values[i], most);
            }
            return new Found<>(new KroneckerDifferenceInverse(new Pencil(left.basis, values), right), 0);
        }
        return new Found<>(new KroneckerDifferenceInverse(left, right), 0);
    }

    private static Decomposition<Pencil> together(DenseOperator definite, DenseOperator other) {
        int size = definite.size();
        if (other.size() != size) {
            throw new IllegalArgumentException(
                    "factors of a difference: expected %d rows, found %d".formatted(size, other.size()));
        }
        Decomposition<SymmetricEigen> whole = SymmetricMatrices.eigen(size, definite.shared());
        if (whole instanceof Failed<SymmetricEigen> failed) {
            return new Failed<>(failed.reason());
        }
        SymmetricEigen eigen = whole.orElseThrow();
        double[] spectrum = eigen.sharedValues();
        if (!(spectrum[0] > 0)) {
            return new Failed<>(Reason.NOT_POSITIVE_DEFINITE);
        }
        double[] whitening = eigen.vectors();
        for (int i = 0; i < size; i++) {
            for (int k = 0; k < size; k++) {
                whitening[i * size + k] /= Math.sqrt(spectrum[k]);
            }
        }
        Routines routines = Routines.best();
        double[] half = new double[size * size];
        double[] whitened = new double[size * size];
        routines.multiply(size, size, size, whitening, true, other.shared(), false, half);
        routines.multiply(size, size, size, half, false, whitening, false, whitened);
        Decomposition<SymmetricEigen> relative = SymmetricMatrices.eigen(size, whitened);
        if (relative instanceof Failed<SymmetricEigen> failed) {
            return new Failed<>(failed.reason());
        }
        SymmetricEigen found = relative.orElseThrow().clipped();
        double[] basis = new double[size * size];
        routines.multiply(size, size, size, whitening, false, found.sharedVectors(), false, basis);
        return Vectors.isFinite(basis)
                ? new Found<>(new Pencil(basis, found.values()), 0)
                : new Failed<>(Reason.NOT_FINITE);
    }

    @Override
    public int size() {
        return scratch.length;
    }

    @Override
    public void apply(double[] vector, double[] product) {
        Shape.requireOperands(size(), vector, product);
        int m = left.size();
        int n = right.size();
        routines.multiply(m, m, n, left.basis, true, vector, false, scratch);
        routines.multiply(m, n, n, scratch, false, right.basis, false, product);
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                product[i * n + j] /= 1 - left.values[i] * right.values[j];
            }
        }
        routines.multiply(m, m, n, left.basis, false, product, false, scratch);
        routines.multiply(m, n, n, scratch, false, right.basis, true, product);
    }

    /** Returns a copy of K, row-major [M × M]. */
    public double[] leftBasis() {
        return left.basis.clone();
    }

    /** Returns a copy of s [M], in ascending order. */
    public double[] leftValues() {
        return left.values.clone();
    }

    /** Returns a copy of L, row-major [N × N]. */
    public double[] rightBasis() {
        return right.basis.clone();
    }

    /** Returns a copy of t [N], in ascending order. */
    public double[] rightValues() {
        return right.values.clone();
    }
}
