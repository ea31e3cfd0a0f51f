package kingfisher.optim.kfac;

import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.Precision;
import kingfisher.optim.linear.Decomposition;

/** {@code Q_A ((Q_Aᵀ V Q_S) ⊘ d_λ) Q_Sᵀ} with damped eigenvalues d_λ [M × N] in the basis of the factors' eigenvectors. */
abstract sealed class BasisPreconditioner implements LayerPreconditioner
        permits EigenPreconditioner, CorrectedPreconditioner {

    /** In single precision the smallest eigenvalues are rounding errors of the largest, and no divisors. */
    private static final double SINGLE_PRECISION_FLOOR = 1e-7;

    final Backend backend;
    final KroneckerBasis basis;
    private final KroneckerBasis.Scaling scaling = (part, damping, rotated) -> divide(part, floored(damping), rotated);
    private double floor;

    BasisPreconditioner(Backend backend, int rows, int columns, boolean leftDiagonal, boolean rightDiagonal) {
        this.backend = backend;
        this.basis = new KroneckerBasis(backend, rows, columns, leftDiagonal, rightDiagonal);
    }

    /**
     * Divides some rows by their damped eigenvalues.
     *
     * @param part the part that the rows are, or {@link KroneckerBasis#WHOLE} for all
     * @param rotated the rows of {@code Q_Aᵀ V Q_S}, modified
     */
    abstract void divide(int part, double damping, Matrix rotated);

    private double floored(double damping) {
        return Math.max(damping, floor);
    }

    @Override
    public final Decomposition<double[][]> decompose(double[][] factors, double damping, double[][] into) {
        return basis.decompose(factors, into);
    }

    @Override
    public final int[] lengths() {
        return basis.lengths();
    }

    @Override
    public void load(double[][] decomposition) {
        basis.load(decomposition);
        floor = backend.precision() == Precision.FLOAT
                ? SINGLE_PRECISION_FLOOR * KroneckerBasis.largest(decomposition)
                : 0;
    }

    @Override
    public final void apply(Matrix gradient, double damping, Matrix result) {
        basis.multiply(gradient, scaling, damping, result);
    }

    @Override
    public final int parts() {
        return Math.max(1, basis.rowParts().size());
    }

    @Override
    public final boolean hasSecondRound() {
        return parts() > 1;
    }

    @Override
    public final void applyPart(int part, Matrix gradient, double damping, Matrix result) {
        if (hasSecondRound()) {
            basis.beginPart(part, gradient, scaling, damping);
        } else {
            apply(gradient, damping, result);
        }
    }

    @Override
    public final void finishPart(int part, Matrix result) {
        basis.finishPart(part, result);
    }
}
