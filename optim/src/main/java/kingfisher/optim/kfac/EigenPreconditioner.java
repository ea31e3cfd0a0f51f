package kingfisher.optim.kfac;

import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.Precision;
import kingfisher.optim.linear.Decomposition;
import kingfisher.optim.linear.Decomposition.Failed;
import kingfisher.optim.linear.Decomposition.Found;
import kingfisher.optim.linear.SymmetricEigen;
import kingfisher.optim.linear.SymmetricMatrices;

/** {@code Q_A ((Q_Aᵀ V Q_S) ⊘ (d_A d_Sᵀ + λ)) Q_Sᵀ}, equation (23), with the λ of each product. */
final class EigenPreconditioner implements LayerPreconditioner {

    /** In single precision the smallest eigenvalues are rounding errors of the largest, and no divisors. */
    private static final double SINGLE_PRECISION_FLOOR = 1e-7;

    private final Backend backend;
    private final Matrix leftVectors;
    private final Matrix leftValues;
    private final Matrix rightVectors;
    private final Matrix rightValues;
    private final Matrix first;
    private final Matrix second;
    private double floor;

    EigenPreconditioner(Backend backend, int rows, int columns) {
        this.backend = backend;
        this.leftVectors = backend.allocate(rows, rows);
        this.leftValues = backend.allocate(1, rows);
        this.rightVectors = backend.allocate(columns, columns);
        this.rightValues = backend.allocate(1, columns);
        this.first = backend.allocate(rows, columns);
        this.second = backend.allocate(rows, columns);
    }

    @Override
    public Decomposition<double[][]> decompose(double[] left, double[] right, double damping) {
        Decomposition<SymmetricEigen> a = SymmetricMatrices.eigen(leftValues.columns(), left);
        Decomposition<SymmetricEigen> s = SymmetricMatrices.eigen(rightValues.columns(), right);
        if (a instanceof Failed<SymmetricEigen> failed) {
            return new Failed<>(failed.reason());
        }
        if (s instanceof Failed<SymmetricEigen> failed) {
            return new Failed<>(failed.reason());
        }
        SymmetricEigen leftEigen = a.orElseThrow().clipped();
        SymmetricEigen rightEigen = s.orElseThrow().clipped();
        return new Found<>(
                new double[][] {leftEigen.values(), leftEigen.vectors(), rightEigen.values(), rightEigen.vectors()}, 0);
    }

    @Override
    public int[] lengths() {
        return new int[] {leftValues.size(), leftVectors.size(), rightValues.size(), rightVectors.size()};
    }

    @Override
    public void load(double[][] decomposition) {
        backend.upload(decomposition[0], leftValues);
        backend.upload(decomposition[1], leftVectors);
        backend.upload(decomposition[2], rightValues);
        backend.upload(decomposition[3], rightVectors);
        double largest = last(decomposition[0]) * last(decomposition[2]);
        floor = backend.precision() == Precision.FLOAT ? SINGLE_PRECISION_FLOOR * largest : 0;
    }

    private static double last(double[] ascending) {
        return ascending[ascending.length - 1];
    }

    @Override
    public void apply(Matrix gradient, double damping, Matrix result) {
        backend.multiply(1, leftVectors, true, gradient, false, 0, first);
        backend.multiply(1, first, false, rightVectors, false, 0, second);
        backend.divideDamped(leftValues, rightValues, Math.max(damping, floor), second);
        backend.multiply(1, leftVectors, false, second, false, 0, first);
        backend.multiply(1, first, false, rightVectors, true, 0, result);
    }
}
