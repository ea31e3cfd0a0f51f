package kingfisher.optim.kfac;

import java.util.List;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.Precision;
import kingfisher.optim.linear.Decomposition;

/** {@code Q_A ((Q_Aᵀ V Q_S) ⊘ (d_A d_Sᵀ + λ)) Q_Sᵀ}, equation (23), with the λ of each product. */
final class EigenPreconditioner implements LayerPreconditioner {

    /** In single precision the smallest eigenvalues are rounding errors of the largest, and no divisors. */
    private static final double SINGLE_PRECISION_FLOOR = 1e-7;

    private final Backend backend;
    private final KroneckerBasis basis;
    private final Matrix leftValues;
    private final Matrix rightValues;
    private final List<Matrix> leftParts; // views of the values that belong to parts' rows
    private final KroneckerBasis.Scaling scaling = this::divide;
    private double floor;

    EigenPreconditioner(Backend backend, int rows, int columns, boolean leftDiagonal, boolean rightDiagonal) {
        this.backend = backend;
        this.basis = new KroneckerBasis(backend, rows, columns, leftDiagonal, rightDiagonal);
        this.leftValues = backend.allocate(1, rows);
        this.rightValues = backend.allocate(1, columns);
        this.leftParts = basis.rowParts().stream()
                .map(part -> leftValues.reshaped(part.first(), 1, part.count()))
                .toList();
    }

    @Override
    public Decomposition<double[][]> decompose(double[][] factors, double damping, double[][] into) {
        return basis.decompose(factors, into);
    }

    @Override
    public int[] lengths() {
        return basis.lengths();
    }

    @Override
    public void load(double[][] decomposition) {
        basis.load(decomposition);
        backend.upload(decomposition[0], leftValues);
        backend.upload(decomposition[2], rightValues);
        floor = floor(backend, decomposition);
    }

    /** The least λ that counts. */
    static double floor(Backend backend, double[][] decomposition) {
        return backend.precision() == Precision.FLOAT
                ? SINGLE_PRECISION_FLOOR * KroneckerBasis.largest(decomposition)
                : 0;
    }

    private void divide(int part, double damping, Matrix rotated) {
        Matrix left = part == KroneckerBasis.WHOLE ? leftValues : leftParts.get(part);
        backend.divideDamped(left, rightValues, Math.max(damping, floor), rotated);
    }

    @Override
    public void apply(Matrix gradient, double damping, Matrix result) {
        basis.multiply(gradient, scaling, damping, result);
    }

    @Override
    public int parts() {
        return Math.max(1, basis.rowParts().size());
    }

    @Override
    public boolean hasSecondRound() {
        return parts() > 1;
    }

    @Override
    public void applyPart(int part, Matrix gradient, double damping, Matrix result) {
        if (hasSecondRound()) {
            basis.beginPart(part, gradient, scaling, damping);
        } else {
            apply(gradient, damping, result);
        }
    }

    @Override
    public void finishPart(int part, Matrix result) {
        basis.finishPart(part, result);
    }
}
