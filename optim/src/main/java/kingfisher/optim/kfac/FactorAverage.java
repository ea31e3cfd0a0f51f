package kingfisher.optim.kfac;

import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.linear.DenseOperator;
import org.jspecify.annotations.Nullable;

/**
 * The moving average (25) of a factor, {@code E[x xᵀ]} of a layer's inputs or cotangents or only its diagonal, with the
 * batch's own beside it.
 *
 * <p>With a bias, x has a 1 behind it; the average is kept as {@code E[x xᵀ]} and {@code E[x]}, so that no batch needs a
 * column of ones.
 */
final class FactorAverage {

    private final Backend backend;
    private final int width;
    private final boolean bias;
    private final boolean diagonal;
    private final Matrix moment; // [n × n], or [1 × n] of a diagonal
    private final Matrix batchMoment;
    private final @Nullable Matrix mean; // [1 × n], of a whole factor with a bias
    private final @Nullable Matrix batchMean;
    private final @Nullable Matrix sum; // [1 × n], of a diagonal
    private @Nullable Matrix squares; // [B × n], of a diagonal

    FactorAverage(Backend backend, int width, boolean bias, boolean diagonal) {
        this.backend = backend;
        this.width = width;
        this.bias = bias;
        this.diagonal = diagonal;
        int rows = diagonal ? 1 : width;
        this.moment = backend.allocate(rows, width);
        this.batchMoment = backend.allocate(rows, width);
        boolean hasMean = bias && !diagonal;
        this.mean = hasMean ? backend.allocate(1, width) : null;
        this.batchMean = hasMean ? backend.allocate(1, width) : null;
        this.sum = diagonal ? backend.allocate(1, width) : null;
    }

    /** Number of rows of the factor, with that of the bias. */
    int size() {
        return bias ? width + 1 : width;
    }

    boolean isDiagonal() {
        return diagonal;
    }

    /** Length of {@link #numbers}. */
    int length() {
        return diagonal ? size() : size() * size();
    }

    /**
     * Takes a batch: {@code scale · Σ_b x_b x_bᵀ}.
     *
     * @param batch rows {@code √ω_b x_b}
     * @param roots √ω [1 × B], or null where all rows count alike; for the mean
     * @param add whether the squares are added to those of the pass before
     */
    void take(Matrix batch, @Nullable Matrix roots, double scale, boolean add) {
        if (sum != null) {
            takeSquares(batch, scale, add, sum);
            return;
        }
        backend.covariance(scale, batch, add ? 1 : 0, batchMoment);
        if (batchMean != null && roots != null) {
            backend.multiply(scale, roots, false, batch, false, 0, batchMean);
        } else if (batchMean != null) {
            backend.sumRows(batch, batchMean);
            backend.scale(scale, batchMean);
        }
    }

    private void takeSquares(Matrix batch, double scale, boolean add, Matrix total) {
        Matrix scratch = squares;
        if (scratch == null || scratch.rows() != batch.rows()) {
            scratch = backend.allocate(batch.rows(), width);
            squares = scratch;
        }
        backend.square(batch, scratch);
        backend.sumRows(scratch, total);
        if (!add) {
            backend.fill(batchMoment, 0);
        }
        backend.addScaled(scale, total, batchMoment);
    }

    /** Whether the batch's numbers are all finite. */
    boolean isFinite() {
        return backend.isFinite(batchMoment) && (batchMean == null || backend.isFinite(batchMean));
    }

    /** Moves the average towards the batch. */
    void blend(double share) {
        blend(backend, share, batchMoment, moment);
        if (mean != null && batchMean != null) {
            blend(backend, share, batchMean, mean);
        }
    }

    static void blend(Backend backend, double share, Matrix batch, Matrix average) {
        backend.scale(1 - share, average);
        backend.addScaled(share, batch, average);
    }

    /** Returns a copy of the average: row-major, or the diagonal. */
    double[] numbers() {
        double[] numbers = new double[length()];
        numbersInto(numbers);
        return numbers;
    }

    /** Writes what {@link #numbers} returns. */
    void numbersInto(double[] numbers) {
        int size = size();
        backend.download(moment, numbers, 0, diagonal ? width : size);
        if (mean != null) {
            backend.download(mean, numbers, width * size, size);
            for (int i = 0; i < width; i++) {
                numbers[i * size + width] = numbers[width * size + i];
            }
        }
        if (bias) {
            numbers[numbers.length - 1] = 1;
        }
    }

    /** Makes numbers of {@link #numbers} the average. */
    void restore(double[] numbers) {
        int size = size();
        backend.upload(numbers, 0, diagonal ? width : size, moment);
        if (mean != null) {
            backend.upload(numbers, width * size, size, mean);
        }
    }

    /** Returns the average as it is now. */
    DenseOperator operator() {
        double[] numbers = numbers();
        return new DenseOperator(size(), diagonal ? writtenOut(numbers) : numbers);
    }

    private static double[] writtenOut(double[] diagonal) {
        int size = diagonal.length;
        double[] matrix = new double[Math.multiplyExact(size, size)];
        for (int i = 0; i < size; i++) {
            matrix[i * size + i] = diagonal[i];
        }
        return matrix;
    }

    /** Returns {@code E[x]} [n], of a whole factor with a bias. */
    double[] means() {
        Matrix average = mean;
        if (average == null) {
            throw new IllegalStateException("a factor without a bias, or of a diagonal alone, has no mean");
        }
        double[] means = new double[width];
        backend.download(average, means);
        return means;
    }
}
