package kingfisher.optim.kfac;

import java.util.Objects;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import org.jspecify.annotations.Nullable;

/**
 * The moving average of the mean squares of a layer's pseudo-gradients {@code ā Dsᵀ} [(M + 1) × N], element by element: the
 * diagonal of its Fisher matrix, in the standard basis or in that of given eigenvectors.
 */
final class GradientSquares {

    private final Backend backend;
    private final int inputs;
    private final int outputs;
    private final @Nullable Matrix leftWeights; // the rows of Q_A that belong to inputs
    private final @Nullable Matrix leftBias; // and that of the bias
    private final @Nullable Matrix rightVectors;
    private final Matrix average;
    private final Matrix batchSquares;
    private final Matrix batchWeights; // its rows of the inputs, for the standard basis
    private final Matrix batchBias; // and that of the bias
    private final Matrix biasSums;
    private final Matrix biasTotal; // of all passes
    private @Nullable Matrix inputSquares; // [B × M], or [B × (M + 1)] in a basis
    private @Nullable Matrix cotangentSquares; // [B × N]

    /**
     * Allocates the average.
     *
     * @param leftVectors Q_A [(M + 1) × (M + 1)], eigenvectors as columns, or null for the standard basis; kept by reference
     * @param rightVectors Q_S [N × N], or null for the standard basis; kept by reference
     */
    GradientSquares(
            Backend backend, int inputs, int outputs, @Nullable Matrix leftVectors, @Nullable Matrix rightVectors) {
        this.backend = backend;
        this.inputs = inputs;
        this.outputs = outputs;
        this.leftWeights = leftVectors == null ? null : leftVectors.rowRange(0, inputs);
        this.leftBias = leftVectors == null ? null : leftVectors.rowRange(inputs, 1);
        this.rightVectors = rightVectors;
        this.average = backend.allocate(inputs + 1, outputs);
        this.batchSquares = backend.allocate(inputs + 1, outputs);
        this.batchWeights = batchSquares.rowRange(0, inputs);
        this.batchBias = batchSquares.rowRange(inputs, 1);
        this.biasSums = backend.allocate(1, outputs);
        this.biasTotal = backend.allocate(1, outputs);
    }

    /** The average [(M + 1) × N]. */
    Matrix average() {
        return average;
    }

    /** Takes a batch; the squares of several passes add up. */
    void take(LayerBatch batch) {
        Matrix plain = batch.plainInputs();
        boolean first = batch.isFirstPass();
        if (inputSquares == null || inputSquares.rows() != plain.rows()) {
            inputSquares = backend.allocate(plain.rows(), leftWeights == null ? inputs : inputs + 1);
            cotangentSquares = backend.allocate(plain.rows(), outputs);
        }
        Matrix left = Objects.requireNonNull(inputSquares);
        Matrix right = Objects.requireNonNull(cotangentSquares);
        if (first) {
            squareInputs(plain, left);
        }
        if (rightVectors == null) {
            backend.square(batch.cotangents(), right);
        } else {
            backend.multiply(1, batch.cotangents(), false, rightVectors, false, 0, right);
            backend.square(right, right);
        }
        double keep = first ? 0 : 1;
        if (leftWeights != null) {
            backend.multiply(batch.scale(), left, true, right, false, keep, batchSquares);
            return;
        }
        backend.multiply(batch.scale(), left, true, right, false, keep, batchWeights);
        backend.sumRows(right, biasSums);
        if (first) {
            backend.fill(biasTotal, 0); // whatever it was, even if it was not finite
        }
        backend.addScaled(batch.scale(), biasSums, biasTotal);
        backend.copy(biasTotal, batchBias);
    }

    private void squareInputs(Matrix plain, Matrix target) {
        if (leftWeights == null || leftBias == null) {
            backend.square(plain, target);
            return;
        }
        backend.broadcastRow(leftBias, target);
        backend.multiply(1, plain, false, leftWeights, false, 1, target);
        backend.square(target, target);
    }

    boolean isFinite() {
        return backend.isFinite(batchSquares);
    }

    /** Moves the average towards the batch. */
    void blend(double share) {
        FactorAverage.blend(backend, share, batchSquares, average);
    }

    /** Returns a copy of the average, row-major. */
    double[] numbers() {
        double[] numbers = new double[average.size()];
        numbersInto(numbers);
        return numbers;
    }

    /** Writes what {@link #numbers} returns. */
    void numbersInto(double[] numbers) {
        backend.download(average, numbers);
    }

    /** Makes numbers the average. */
    void restore(double[] numbers) {
        backend.upload(numbers, average);
    }
}
