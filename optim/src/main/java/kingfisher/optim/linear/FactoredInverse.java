package kingfisher.optim.linear;

import kingfisher.optim.linear.Decomposition.Failed;
import kingfisher.optim.linear.Decomposition.Found;
import kingfisher.optim.linear.Decomposition.Reason;

/**
 * The inverse {@code (A_γ ⊗ S_γ)⁻¹} of a Kronecker product with damped factors, equations (22) and (24):
 * {@code vec(V) ↦ vec(A_γ⁻¹ V S_γ⁻¹)}.
 *
 * <p>The damping is built in: another one takes two new Cholesky decompositions, unlike in {@link EigenKroneckerOperator}.
 */
public final class FactoredInverse implements LinearOperator {

    private final KroneckerOperator inverses;
    private final double logDeterminant;

    private FactoredInverse(KroneckerOperator inverses, double logDeterminant) {
        this.inverses = inverses;
        this.logDeterminant = logDeterminant;
    }

    /**
     * Inverts {@code (A + left I) ⊗ (S + right I)}.
     *
     * @param curvature A ⊗ S, of whose factors the symmetric parts count
     * @param damping what is added to the diagonals
     * @return the inverse, with the larger of the jitters that the factors needed, or why a factor has none
     */
    public static Decomposition<FactoredInverse> of(KroneckerOperator curvature, FactoredDamping damping) {
        Decomposition<Cholesky> left = damped(curvature.left(), damping.left());
        if (left instanceof Failed<Cholesky> failed) {
            return new Failed<>(failed.reason());
        }
        Decomposition<Cholesky> right = damped(curvature.right(), damping.right());
        if (right instanceof Failed<Cholesky> failed) {
            return new Failed<>(failed.reason());
        }
        return join((Found<Cholesky>) left, (Found<Cholesky>) right);
    }

    private static Decomposition<Cholesky> damped(DenseOperator factor, double damping) {
        int size = factor.size();
        double[] matrix = factor.toDense();
        for (int i = 0; i < size; i++) {
            matrix[i * size + i] += damping;
        }
        return SymmetricMatrices.cholesky(size, matrix);
    }

    private static Decomposition<FactoredInverse> join(Found<Cholesky> left, Found<Cholesky> right) {
        Cholesky a = left.value();
        Cholesky s = right.value();
        double[] leftInverse = a.inverse();
        double[] rightInverse = s.inverse();
        if (!Vectors.isFinite(leftInverse) || !Vectors.isFinite(rightInverse)) {
            return new Failed<>(Reason.NOT_FINITE);
        }
        KroneckerOperator inverses = new KroneckerOperator(
                new DenseOperator(a.size(), leftInverse), new DenseOperator(s.size(), rightInverse));
        double logDeterminant = s.size() * a.logDeterminant() + a.size() * s.logDeterminant();
        return new Found<>(new FactoredInverse(inverses, logDeterminant), Math.max(left.jitter(), right.jitter()));
    }

    /** {@code A_γ⁻¹ ⊗ S_γ⁻¹}: the inverse with its factors written out. */
    public KroneckerOperator factors() {
        return inverses;
    }

    @Override
    public int size() {
        return inverses.size();
    }

    @Override
    public void apply(double[] vector, double[] product) {
        inverses.apply(vector, product);
    }

    /** {@code log det(A_γ ⊗ S_γ) = N log det A_γ + M log det S_γ}, of the matrix whose inverse this is. */
    public double logDeterminant() {
        return logDeterminant;
    }
}
