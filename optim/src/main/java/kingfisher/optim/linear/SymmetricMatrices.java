package kingfisher.optim.linear;

import java.util.Arrays;
import kingfisher.optim.linear.Decomposition.Failed;
import kingfisher.optim.linear.Decomposition.Found;
import kingfisher.optim.linear.Decomposition.Reason;

/**
 * Decompositions of real symmetric matrices, by LAPACK in double, or by plain Java where that can't be loaded.
 *
 * <p>A matrix is row-major [n × n]. What is decomposed is its symmetric part {@code (C + Cᵀ) / 2}, so that an asymmetry left
 * by rounding does no harm. What has no decomposition gives a typed answer; only wrong shapes throw. Everything runs on the
 * calling thread and may be called from several at once.
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
        double[] values = new double[size];
        double[] vectors = new double[matrix.length];
        Decomposition<double[]> found = eigen(routines, size, matrix, values, vectors);
        return found instanceof Failed<double[]> failed
                ? new Failed<>(failed.reason())
                : new Found<>(new SymmetricEigen(size, values, vectors), 0);
    }

    /**
     * The same into given arrays: for callers who decompose again and again, as new arrays can take longer than the
     * arithmetic.
     *
     * @param matrix C [n × n]; not modified
     * @param values become the eigenvalues in ascending order [n], undefined if there is no answer
     * @param vectors become Q, row-major [n × n]: column i is the eigenvector of value i; undefined if there is no answer
     * @return {@code vectors}, or why they were not found
     * @throws IllegalArgumentException if an array has not the right length
     */
    public static Decomposition<double[]> eigen(int size, double[] matrix, double[] values, double[] vectors) {
        return eigen(Routines.best(), size, matrix, values, vectors);
    }

    private static Decomposition<double[]> eigen(
            Routines routines, int size, double[] matrix, double[] values, double[] vectors) {
        Shape.requireSquare("matrix", size, matrix);
        Shape.requireMatrix("values", 1, size, values);
        Shape.requireSquare("vectors", size, vectors);
        if (!Vectors.isFinite(matrix)) {
            return new Failed<>(Reason.NOT_FINITE);
        }
        for (Routines.EigenMethod method : routines.eigenMethods(size)) {
            System.arraycopy(matrix, 0, vectors, 0, matrix.length);
            symmetrize(size, vectors);
            if (method.decompose(size, vectors, values) && Vectors.isFinite(values) && Vectors.isFinite(vectors)) {
                return new Found<>(vectors, 0);
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
        double[] factor = matrix.clone();
        Decomposition<double[]> lower = factor(routines, size, factor);
        if (lower instanceof Failed<double[]> failed) {
            return new Failed<>(failed.reason());
        }
        for (int i = 0; i < size; i++) {
            Arrays.fill(factor, i * size + i + 1, (i + 1) * size, 0);
        }
        return new Found<>(new Cholesky(routines, size, factor), ((Found<double[]>) lower).jitter());
    }

    /**
     * Replaces C by {@code (C + jI)⁻¹} with the jitter j of {@link #cholesky}, in the array that it is in: for callers who
     * do so again and again, as new arrays can take longer than the arithmetic.
     *
     * @param matrix C [n × n]; becomes the inverse, exactly symmetric, or undefined if there is none
     * @return the array with the jitter, or that C is not finite or not positive definite, or its inverse is not finite
     * @throws IllegalArgumentException if {@code matrix} has not size² elements
     */
    public static Decomposition<double[]> invert(int size, double[] matrix) {
        return invert(Routines.best(), size, matrix);
    }

    static Decomposition<double[]> invert(Routines routines, int size, double[] matrix) {
        Shape.requireSquare("matrix", size, matrix);
        Decomposition<double[]> factor = factor(routines, size, matrix);
        if (factor instanceof Found<double[]>) {
            routines.invert(size, matrix);
            mirrorLowerTriangle(size, matrix);
            return Vectors.isFinite(matrix) ? factor : new Failed<>(Reason.NOT_FINITE);
        }
        return factor;
    }

    /** Replaces the lower triangle by L; returns the same array, or why there is no L. */
    private static Decomposition<double[]> factor(Routines routines, int size, double[] matrix) {
        if (!Vectors.isFinite(matrix)) {
            return new Failed<>(Reason.NOT_FINITE);
        }
        symmetrize(size, matrix);
        double[] diagonal = new double[size];
        double largest = 0;
        for (int i = 0; i < size; i++) {
            diagonal[i] = matrix[i * size + i];
            largest = Math.max(largest, diagonal[i]);
        }
        double jitter = 0;
        for (int attempt = 0; attempt <= JITTER_ATTEMPTS; attempt++) {
            if (attempt > 0) {
                mirrorUpperTriangle(size, matrix);
            }
            for (int i = 0; i < size; i++) {
                matrix[i * size + i] = diagonal[i] + jitter;
            }
            if (routines.factor(size, matrix) && Vectors.isFinite(matrix)) {
                return new Found<>(matrix, jitter);
            }
            jitter = attempt == 0 ? JITTER * largest : JITTER_GROWTH * jitter;
        }
        return new Failed<>(Reason.NOT_POSITIVE_DEFINITE);
    }

    /** Replaces C by (C + Cᵀ) / 2, halved first, so that nothing overflows. */
    private static void symmetrize(int size, double[] matrix) {
        for (int left = 0; left < size; left += TILE) {
            for (int row = left + 1; row < size; row++) {
                average(size, matrix, row, left, Math.min(row, left + TILE));
            }
        }
    }

    private static void average(int size, double[] matrix, int row, int from, int to) {
        for (int column = from; column < to; column++) {
            double mean = 0.5 * matrix[row * size + column] + 0.5 * matrix[column * size + row];
            matrix[row * size + column] = mean;
            matrix[column * size + row] = mean;
        }
    }

    /** Copies row by row; only where a matrix had no decomposition. */
    private static void mirrorUpperTriangle(int size, double[] matrix) {
        for (int row = 1; row < size; row++) {
            for (int column = 0; column < row; column++) {
                matrix[row * size + column] = matrix[column * size + row];
            }
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
