package kingfisher.optim.kfac;

import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.linear.Decomposition;
import kingfisher.optim.linear.Decomposition.Failed;
import kingfisher.optim.linear.Decomposition.Found;
import kingfisher.optim.linear.Decomposition.Reason;
import kingfisher.optim.linear.SymmetricEigen;
import kingfisher.optim.linear.SymmetricMatrices;
import kingfisher.optim.linear.Vectors;
import org.jspecify.annotations.Nullable;

/**
 * The eigenvectors of a layer's A [M × M] ⊗ S [N × N], equation (21), on the backend: those of its factors, or the standard
 * basis for a factor that is a diagonal.
 *
 * <p>A decomposition is the eigenvalues and eigenvectors of A, and those of S; a diagonal has no numbers for its vectors.
 */
final class KroneckerBasis {

    private final Backend backend;
    private final int rows;
    private final int columns;
    private final @Nullable Matrix leftVectors;
    private final @Nullable Matrix rightVectors;
    private final Matrix scratch;

    KroneckerBasis(Backend backend, int rows, int columns, boolean leftDiagonal, boolean rightDiagonal) {
        this.backend = backend;
        this.rows = rows;
        this.columns = columns;
        this.leftVectors = leftDiagonal ? null : backend.allocate(rows, rows);
        this.rightVectors = rightDiagonal ? null : backend.allocate(columns, columns);
        this.scratch = backend.allocate(rows, columns);
    }

    /** Decomposes A and S; touches nothing that products use. */
    Decomposition<double[][]> decompose(double[][] factors) {
        Decomposition<double[][]> left = decompose(rows, leftVectors == null, factors[0]);
        if (left instanceof Failed<double[][]>) {
            return left;
        }
        Decomposition<double[][]> right = decompose(columns, rightVectors == null, factors[1]);
        if (right instanceof Failed<double[][]>) {
            return right;
        }
        double[][] a = left.orElseThrow();
        double[][] s = right.orElseThrow();
        return new Found<>(new double[][] {a[0], a[1], s[0], s[1]}, 0);
    }

    private static Decomposition<double[][]> decompose(int size, boolean diagonal, double[] factor) {
        if (diagonal) {
            return Vectors.isFinite(factor)
                    ? new Found<>(new double[][] {factor.clone(), new double[0]}, 0)
                    : new Failed<>(Reason.NOT_FINITE);
        }
        Decomposition<SymmetricEigen> eigen = SymmetricMatrices.eigen(size, factor);
        if (eigen instanceof Failed<SymmetricEigen> failed) {
            return new Failed<>(failed.reason());
        }
        SymmetricEigen clipped = eigen.orElseThrow().clipped();
        return new Found<>(new double[][] {clipped.values(), clipped.vectors()}, 0);
    }

    int[] lengths() {
        return new int[] {
            rows, leftVectors == null ? 0 : rows * rows, columns, rightVectors == null ? 0 : columns * columns
        };
    }

    /** The largest eigenvalue of A ⊗ S. */
    static double largest(double[][] decomposition) {
        return largest(decomposition[0]) * largest(decomposition[2]);
    }

    private static double largest(double[] values) {
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, value);
        }
        return largest;
    }

    /** Makes the vectors of a decomposition count. */
    void load(double[][] decomposition) {
        if (leftVectors != null) {
            backend.upload(decomposition[1], leftVectors);
        }
        if (rightVectors != null) {
            backend.upload(decomposition[3], rightVectors);
        }
    }

    /** Q_A, or null for the standard basis. */
    @Nullable
    Matrix leftVectors() {
        return leftVectors;
    }

    /** Q_S, or null for the standard basis. */
    @Nullable
    Matrix rightVectors() {
        return rightVectors;
    }

    /** {@code target = Q_Aᵀ V Q_S}. */
    void rotate(Matrix gradient, Matrix target) {
        if (leftVectors != null && rightVectors != null) {
            backend.multiply(1, leftVectors, true, gradient, false, 0, scratch);
            backend.multiply(1, scratch, false, rightVectors, false, 0, target);
        } else if (leftVectors != null) {
            backend.multiply(1, leftVectors, true, gradient, false, 0, target);
        } else if (rightVectors != null) {
            backend.multiply(1, gradient, false, rightVectors, false, 0, target);
        } else {
            backend.copy(gradient, target);
        }
    }

    /** {@code result = Q_A V Q_Sᵀ}. */
    void rotateBack(Matrix rotated, Matrix result) {
        if (leftVectors != null && rightVectors != null) {
            backend.multiply(1, leftVectors, false, rotated, false, 0, scratch);
            backend.multiply(1, scratch, false, rightVectors, true, 0, result);
        } else if (leftVectors != null) {
            backend.multiply(1, leftVectors, false, rotated, false, 0, result);
        } else if (rightVectors != null) {
            backend.multiply(1, rotated, false, rightVectors, true, 0, result);
        } else {
            backend.copy(rotated, result);
        }
    }
}
