package kingfisher.optim.linear;

import java.util.Arrays;
import kingfisher.optim.linear.Decomposition.Failed;
import kingfisher.optim.linear.Decomposition.Found;
import kingfisher.optim.linear.Decomposition.Reason;

/**
 * Decompositions of real symmetric matrices, by LAPACK in double, or by plain Java where that can't be loaded.
 *
 * <p>A matrix is row-major [n × n]. It is never modified: what is decomposed is a copy of its symmetric part
 * {@code (C + Cᵀ) / 2}, so that an asymmetry left by rounding does no harm. What has no decomposition gives a typed answer;
 * only wrong shapes throw. Everything runs on the calling thread and may be called from several at once.
 */
public final class SymmetricMatrices {

    /** The first jitter relative to the largest element of the diagonal, its growth and how often it is tried. */
    private static final double JITTER = 1e-6;

    private static final double JITTER_GROWTH = 10;
    private static final int JITTER_ATTEMPTS = 3;
    private static final int TILE = 8;

    private SymmetricMatrices() {}

    /**
     * Finds {@code C = QDQᵀ}, the spectral decomposition of equations (21) and (23).
     *
     * @param matrix C [n × n]; not modified
     * @return the eigenvalues and eigenvectors, or that C is not finite or the iteration did not end
     * @throws IllegalArgumentException if {@code matrix} has not size² elements
     */
    public static Decomposition<SymmetricEigen> eigen(int size, double[] matrix) {
        return eigen(Routines.best(), size, matrix);
    }

    static Decomposition<SymmetricEigen> eigen(Routines routines, int size, double[] matrix) {
        Shape.requireSquare("matrix", size, matrix);
        if (!Vectors.isFinite(matrix)) {
            return new Failed<>(Reason.NOT_FINITE);
        }
        for (Routines.EigenMethod method : routines.eigenMethods(size)) {
            double[] vectors = symmetricPart(size, matrix);
            double[] values = new double[size];
            if (method.decompose(size, vectors, values) && Vectors.isFinite(values) && Vectors.isFinite(vectors)) {
                return new Found<>(new SymmetricEigen(size, values, vectors), 0);
            }
        }
        return new Failed<>(Reason.NO_CONVERGENCE);
    }

    /**
     * Finds {@code C + jI = LLᵀ} with the smallest jitter j among 0 and 1e-6, 1e-5 and 1e-4 times the largest element of
     * the diagonal for which C + jI is positive definite.
     *
     * @param matrix C [n × n]; not modified
     * @return the factor with the jitter, or that C is not finite or not positive definite
     * @throws IllegalArgumentException if {@code matrix} has not size² elements
     */
    public static Decomposition<Cholesky> cholesky(int size, double[] matrix) {
        return cholesky(Routines.best(), size, matrix);
    }

    static Decomposition<Cholesky> cholesky(Routines routines, int size, double[] matrix) {
        Shape.requireSquare("matrix", size, matrix);
        if (!Vectors.isFinite(matrix)) {
            return new Failed<>(Reason.NOT_FINITE);
        }
        double largest = 0;
        for (int i = 0; i < size; i++) {
            largest = Math.max(largest, matrix[i * size + i]);
        }
        double jitter = 0;
        for (int attempt = 0; attempt <= JITTER_ATTEMPTS; attempt++) {
            double[] factor = symmetricPart(size, matrix);
            for (int i = 0; i < size; i++) {
                factor[i * size + i] += jitter;
            }
            if (routines.factor(size, factor) && Vectors.isFinite(factor)) {
                for (int i = 0; i < size; i++) {
                    Arrays.fill(factor, i * size + i + 1, (i + 1) * size, 0);
                }
                return new Found<>(new Cholesky(routines, size, factor), jitter);
            }
            jitter = attempt == 0 ? JITTER * largest : JITTER_GROWTH * jitter;
        }
        return new Failed<>(Reason.NOT_POSITIVE_DEFINITE);
    }

    /** Returns (C + Cᵀ) / 2, halved first, so that nothing overflows. */
    private static double[] symmetricPart(int size, double[] matrix) {
        double[] part = new double[matrix.length];
        for (int left = 0; left < size; left += TILE) {
            for (int row = left; row < size; row++) {
                average(size, matrix, row, left, Math.min(row, left + TILE), part);
            }
        }
        for (int i = 0; i < size; i++) {
            part[i * size + i] = matrix[i * size + i];
        }
        mirrorLowerTriangle(size, part);
        return part;
    }

    private static void average(int size, double[] matrix, int row, int from, int to, double[] part) {
        for (int column = from; column < to; column++) {
            part[row * size + column] = 0.5 * matrix[row * size + column] + 0.5 * matrix[column * size + row];
        }
    }

    /** Copies tile by tile: the columns that are written stay in the cache until all their rows have been read. */
    static void mirrorLowerTriangle(int size, double[] matrix) {
        for (int left = 0; left < size; left += TILE) {
            for (int row = left + 1; row < size; row++) {
                mirror(size, matrix, row, left, Math.min(row, left + TILE));
            }
        }
    }

    private static void mirror(int size, double[] matrix, int row, int from, int to) {
        for (int column = from; column < to; column++) {
            matrix[column * size + row] = matrix[row * size + column];
        }
    }
}
