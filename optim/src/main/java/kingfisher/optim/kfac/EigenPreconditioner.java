package kingfisher.optim.kfac;

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
    private final Matrix rotated;
    private double floor;

    EigenPreconditioner(Backend backend, int rows, int columns, boolean leftDiagonal, boolean rightDiagonal) {
        this.backend = backend;
        this.basis = new KroneckerBasis(backend, rows, columns, leftDiagonal, rightDiagonal);
        this.leftValues = backend.allocate(1, rows);
        this.rightValues = backend.allocate(1, columns);
        this.rotated = backend.allocate(rows, columns);
    }

    @Override
    public Decomposition<double[][]> decompose(double[][] factors, double damping) {
        return basis.decompose(factors);
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

    @Override
    public void apply(Matrix gradient, double damping, Matrix result) {
        basis.rotate(gradient, rotated);
        backend.divideDamped(leftValues, rightValues, Math.max(damping, floor), rotated);
        basis.rotateBack(rotated, result);
    }
}
