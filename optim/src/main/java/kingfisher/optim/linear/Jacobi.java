package kingfisher.optim.linear;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Jacobi's method for eigenvalues: rotations that make one element off the diagonal 0 after the other, until all are
 * (Golub and Van Loan, Matrix Computations, §8.5). Slow, short, and as exact as any.
 */
final class Jacobi {

    /** Convergence is quadratic after the first few sweeps; more than ten are hardly ever seen. */
    private static final int SWEEPS = 60;

    private Jacobi() {}

    /** As {@link Routines.EigenMethod#decompose}. */
    static boolean decompose(int size, double[] matrix, double[] values) {
        double largest = 0;
        for (double element : matrix) {
            largest = Math.max(largest, Math.abs(element));
        }
        // scaled to 1, so that no square under- or overflows
        double scale = largest < Double.MIN_NORMAL ? 1 : largest;
        double[] a = new double[matrix.length];
        for (int i = 0; i < a.length; i++) {
            a[i] = matrix[i] / scale;
        }
        double[] vectors = new double[matrix.length]; // one eigenvector a row
        for (int i = 0; i < size; i++) {
            vectors[i * size + i] = 1;
        }
        if (!diagonalise(size, a, vectors)) {
            return false;
        }
        int[] order = IntStream.range(0, size)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> a[i * size + i]))
                .mapToInt(Integer::intValue)
                .toArray();
        for (int j = 0; j < size; j++) {
            values[j] = scale * a[order[j] * size + order[j]];
            for (int i = 0; i < size; i++) {
                matrix[i * size + j] = vectors[order[j] * size + i];
            }
        }
        return true;
    }

    private static boolean diagonalise(int size, double[] a, double[] vectors) {
        double negligible = Math.ulp(Vectors.norm(a)) / size;
        for (int sweep = 0; sweep < SWEEPS; sweep++) {
            boolean rotated = false;
            for (int p = 0; p < size; p++) {
                for (int q = p + 1; q < size; q++) {
                    if (Math.abs(a[p * size + q]) > negligible) {
                        rotate(size, a, vectors, p, q);
                        rotated = true;
                    }
                }
            }
            if (!rotated) {
                return true;
            }
        }
        return false;
    }

    /* With θ = (a_qq - a_pp) / 2a_pq and t = sign(θ) / (|θ| + √(θ² + 1)), the smaller root of t² + 2θt - 1 = 0, the
     * rotation by c = 1/√(t² + 1), s = tc in the plane (p, q) makes a_pq zero. */
    private static void rotate(int size, double[] a, double[] vectors, int p, int q) {
        double off = a[p * size + q];
        double theta = (a[q * size + q] - a[p * size + p]) / (2 * off);
        double t = Math.copySign(1, theta) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        double c = 1 / Math.sqrt(t * t + 1);
        double s = t * c;
        double first = a[p * size + p] - t * off;
        double second = a[q * size + q] + t * off;
        rotateRows(size, a, p, q, c, s);
        for (int k = 0; k < size; k++) {
            a[k * size + p] = a[p * size + k];
            a[k * size + q] = a[q * size + k];
        }
        a[p * size + p] = first;
        a[q * size + q] = second;
        a[p * size + q] = 0;
        a[q * size + p] = 0;
        rotateRows(size, vectors, p, q, c, s);
    }

    private static void rotateRows(int size, double[] matrix, int p, int q, double c, double s) {
        for (int k = 0; k < size; k++) {
            double x = matrix[p * size + k];
            double y = matrix[q * size + k];
            matrix[p * size + k] = c * x - s * y;
            matrix[q * size + k] = s * x + c * y;
        }
    }
}
