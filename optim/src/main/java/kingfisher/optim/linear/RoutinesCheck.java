package kingfisher.optim.linear;

import java.util.Optional;

/**
 * Tries routines on a matrix that they must get right. A native library may have kernels for the processor at hand that
 * compute something else, without saying so: OpenBLAS 0.3.19's triangular solves for Skylake-X do, from 33 rows on.
 */
final class RoutinesCheck {

    private static final int SIZE = 97; // beyond the sizes of all special cases, and no multiple of a block
    private static final double LARGEST_ERROR = 1e-9;

    private final Routines routines;
    private final double[] matrix = new double[SIZE * SIZE];

    private RoutinesCheck(Routines routines) {
        this.routines = routines;
        // XXᵀ + I with a third as many columns as rows: positive definite, with eigenvalues from 1 to about 30
        double[][] rows = new double[SIZE][SIZE / 3];
        for (int i = 0; i < SIZE; i++) {
            for (int k = 0; k < SIZE / 3; k++) {
                rows[i][k] = Math.sin(i * (k + 1.0));
            }
        }
        for (int i = 0; i < SIZE; i++) {
            for (int j = 0; j < SIZE; j++) {
                double sum = i == j ? 1 : 0;
                for (int k = 0; k < SIZE / 3; k++) {
                    sum += rows[i][k] * rows[j][k];
                }
                matrix[i * SIZE + j] = sum;
            }
        }
    }

    /** What the routines compute wrong, if there is something. */
    static Optional<String> defect(Routines routines) {
        RoutinesCheck check = new RoutinesCheck(routines);
        return check.ofCholesky().or(check::ofEigen);
    }

    private Optional<String> ofCholesky() {
        double[] factor = matrix.clone();
        if (!routines.factor(SIZE, factor)) {
            return Optional.of("a positive definite matrix has no Cholesky decomposition");
        }
        clearAboveDiagonal(factor);
        double[] solution = identity();
        routines.solve(SIZE, factor, SIZE, solution);
        double[] inverse = factor.clone();
        routines.invert(SIZE, inverse);
        for (int i = 0; i < SIZE; i++) {
            for (int j = 0; j < i; j++) {
                inverse[j * SIZE + i] = inverse[i * SIZE + j];
            }
        }
        if (error(product(factor, false, factor, true), matrix) > LARGEST_ERROR) {
            return Optional.of("a Cholesky decomposition");
        }
        if (error(product(matrix, false, solution, false), identity()) > LARGEST_ERROR) {
            return Optional.of("a solve by a Cholesky decomposition");
        }
        return error(product(matrix, false, inverse, false), identity()) > LARGEST_ERROR
                ? Optional.of("an inverse by a Cholesky decomposition")
                : Optional.empty();
    }

    private Optional<String> ofEigen() {
        double[] vectors = matrix.clone();
        double[] values = new double[SIZE];
        if (!routines.eigenMethods(SIZE).get(0).decompose(SIZE, vectors, values)) {
            return Optional.of("a spectral decomposition does not end");
        }
        double[] scaled = vectors.clone();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] *= values[i % SIZE];
        }
        return error(product(scaled, false, vectors, true), matrix) > LARGEST_ERROR
                ? Optional.of("a spectral decomposition")
                : Optional.empty();
    }

    private static void clearAboveDiagonal(double[] square) {
        for (int i = 0; i < SIZE; i++) {
            for (int j = i + 1; j < SIZE; j++) {
                square[i * SIZE + j] = 0;
            }
        }
    }

    private static double[] identity() {
        double[] identity = new double[SIZE * SIZE];
        for (int i = 0; i < SIZE; i++) {
            identity[i * SIZE + i] = 1;
        }
        return identity;
    }

    /** The product by the routines, which so are tried as well. */
    private double[] product(double[] left, boolean transposeLeft, double[] right, boolean transposeRight) {
        double[] product = new double[SIZE * SIZE];
        routines.multiply(SIZE, SIZE, SIZE, left, transposeLeft, right, transposeRight, product);
        return product;
    }

    /** The largest difference of two elements; infinite where one is NaN. */
    private static double error(double[] actual, double[] expected) {
        double largest = 0;
        for (int i = 0; i < actual.length; i++) {
            double difference = Math.abs(actual[i] - expected[i]);
            largest = difference >= 0 ? Math.max(largest, difference) : Double.POSITIVE_INFINITY;
        }
        return largest;
    }
}
