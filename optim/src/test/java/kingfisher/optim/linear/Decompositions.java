package kingfisher.optim.linear;

import java.util.Random;
import kingfisher.optim.backend.Precision;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.backend.nd4j.Nd4jBackend;
import kingfisher.optim.backend.openblas.OpenBlas;

/** A program that decomposes matrices, some of them nearly singular, and says how far off the worst is. */
final class Decompositions {

    private Decompositions() {}

    /**
     * Runs.
     *
     * @param arguments what is loaded first: {@code cpu}, {@code nd4j}, {@code lapack} or {@code none}
     */
    public static void main(String[] arguments) {
        Object unused = switch (arguments[0]) {
            case "cpu" -> new CpuBackend();
            case "nd4j" -> new Nd4jBackend(Precision.DOUBLE);
            case "lapack" -> Routines.best();
            default -> arguments;
        };
        double worst = 0;
        for (int size : new int[] {5, 33, 64, 65, 130, 257}) {
            double[] matrix = matrix(size);
            SymmetricEigen eigen = SymmetricMatrices.eigen(size, matrix).orElseThrow();
            Cholesky cholesky = SymmetricMatrices.cholesky(size, matrix).orElseThrow();
            double[] values = eigen.values();
            double[] vectors = eigen.vectors();
            double[] factor = cholesky.factor();
            double[] inverse = cholesky.inverse();
            for (int i = 0; i < size; i++) {
                for (int j = 0; j < size; j++) {
                    double spectral = 0;
                    double triangular = 0;
                    double unit = i == j ? -1 : 0;
                    for (int k = 0; k < size; k++) {
                        spectral += vectors[i * size + k] * values[k] * vectors[j * size + k];
                        triangular += factor[i * size + k] * factor[j * size + k];
                        unit += matrix[i * size + k] * inverse[k * size + j];
                    }
                    worst = Math.max(worst, Math.abs(spectral - matrix[i * size + j]));
                    worst = Math.max(worst, Math.abs(triangular - matrix[i * size + j]));
                    worst = Math.max(worst, Math.abs(unit));
                }
            }
        }
        System.out.println("worst error " + worst + ", native " + (Routines.best() instanceof LapackRoutines)
                + ", kernels " + OpenBlas.kernels().orElse("none"));
        System.exit(worst < 1e-9 ? 0 : 1);
    }

    /** A covariance of a quarter as many examples as rows, plus a tenth of the identity. */
    private static double[] matrix(int size) {
        Random random = new Random(size);
        int examples = Math.max(2, size / 4);
        double[] batch = random.doubles((long) examples * size, -1, 1).toArray();
        double[] matrix = new double[size * size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                double sum = 0;
                for (int b = 0; b < examples; b++) {
                    sum += batch[b * size + i] * batch[b * size + j];
                }
                matrix[i * size + j] = sum / examples + (i == j ? 0.1 : 0);
            }
        }
        return matrix;
    }
}
