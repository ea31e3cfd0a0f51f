package kingfisher.optim.network;

import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;

/** Random matrices with orthonormal rows or columns (Saxe et al. 2014), the usual start of policy networks. */
public final class Orthogonal {

    private static final double DEPENDENT = 1e-6;

    private Orthogonal() {}

    /**
     * Returns a random matrix, row-major [rows × columns], whose columns (or rows, whichever are fewer) are orthogonal
     * with norm {@code gain}; its distribution does not change under rotations.
     *
     * @param random the source of the normal numbers; advanced
     */
    public static double[] matrix(int rows, int columns, double gain, UniformRandomProvider random) {
        boolean tall = rows >= columns;
        int count = Math.min(rows, columns);
        int length = Math.max(rows, columns);
        double[][] basis = new double[count][];
        for (int i = 0; i < count; i++) {
            basis[i] = nextDirection(basis, i, length, random);
        }
        double[] matrix = new double[rows * columns];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                matrix[i * columns + j] = gain * (tall ? basis[j][i] : basis[i][j]);
            }
        }
        return matrix;
    }

    /** Draws a normal vector and removes its part along the earlier ones, twice, which leaves rounding error only. */
    private static double[] nextDirection(double[][] basis, int count, int length, UniformRandomProvider random) {
        ZigguratSampler.NormalizedGaussian gaussian = ZigguratSampler.NormalizedGaussian.of(random);
        while (true) {
            double[] vector = gaussian.samples(length).toArray();
            double before = norm(vector);
            for (int pass = 0; pass < 2; pass++) {
                for (int k = 0; k < count; k++) {
                    subtractProjection(vector, basis[k]);
                }
            }
            double after = norm(vector);
            if (after > DEPENDENT * before) {
                for (int i = 0; i < length; i++) {
                    vector[i] /= after;
                }
                return vector;
            }
        }
    }

    private static void subtractProjection(double[] vector, double[] direction) {
        double along = 0;
        for (int i = 0; i < vector.length; i++) {
            along += vector[i] * direction[i];
        }
        for (int i = 0; i < vector.length; i++) {
            vector[i] -= along * direction[i];
        }
    }

    private static double norm(double[] vector) {
        double sum = 0;
        for (double value : vector) {
            sum += value * value;
        }
        return Math.sqrt(sum);
    }
}
