package kingfisher.optim.kfac;

import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;

/**
 * The moving averages of what a layer and the next one have in common: {@code E[ā ā'ᵀ]} of their inputs and
 * {@code E[Ds Ds'ᵀ]} of their cotangents, of the same batches and with the same shares as the layers' factors, so that all of
 * them together are moments of one distribution.
 */
final class LagAverage {

    private final Backend backend;
    private final int inputs;
    private final int nextInputs;
    private final FactorAverage factor; // whose means are those of the inputs
    private final FactorAverage nextFactor;
    private final Matrix inputLag;
    private final Matrix batchInputLag;
    private final Matrix cotangentLag;
    private final Matrix batchCotangentLag;

    /**
     * Allocates the averages.
     *
     * @param factor of this layer's inputs
     * @param nextFactor of the next layer's inputs
     */
    LagAverage(Backend backend, FactorAverage factor, FactorAverage nextFactor, int outputs, int nextOutputs) {
        this.backend = backend;
        this.factor = factor;
        this.nextFactor = nextFactor;
        this.inputs = factor.size() - 1;
        this.nextInputs = nextFactor.size() - 1;
        this.inputLag = backend.allocate(inputs, nextInputs);
        this.batchInputLag = backend.allocate(inputs, nextInputs);
        this.cotangentLag = backend.allocate(outputs, nextOutputs);
        this.batchCotangentLag = backend.allocate(outputs, nextOutputs);
    }

    /** Takes a batch at both layers. */
    void take(LayerBatch batch, LayerBatch next) {
        if (batch.isFirstPass()) {
            backend.multiply(batch.scale(), batch.inputs(), true, next.inputs(), false, 0, batchInputLag);
        }
        backend.multiply(
                batch.scale(),
                batch.cotangents(),
                true,
                next.cotangents(),
                false,
                batch.isFirstPass() ? 0 : 1,
                batchCotangentLag);
    }

    boolean isFinite() {
        return backend.isFinite(batchInputLag) && backend.isFinite(batchCotangentLag);
    }

    /** Moves the averages towards the batch; called with the share of the factors. */
    void blend(double share) {
        FactorAverage.blend(backend, share, batchInputLag, inputLag);
        FactorAverage.blend(backend, share, batchCotangentLag, cotangentLag);
    }

    /** Returns {@code E[ā ā'ᵀ]} [(M + 1) × (M' + 1)], row-major. */
    double[] inputNumbers() {
        int columns = nextInputs + 1;
        double[] numbers = new double[inputNumbersLength()];
        backend.download(inputLag, numbers, 0, columns);
        double[] means = factor.means();
        for (int i = 0; i < inputs; i++) {
            numbers[i * columns + nextInputs] = means[i];
        }
        System.arraycopy(nextFactor.means(), 0, numbers, inputs * columns, nextInputs);
        numbers[numbers.length - 1] = 1;
        return numbers;
    }

    int inputNumbersLength() {
        return (inputs + 1) * (nextInputs + 1);
    }

    /** Returns {@code E[Ds Ds'ᵀ]} [N × N'], row-major. */
    double[] cotangentNumbers() {
        double[] numbers = new double[cotangentLag.size()];
        backend.download(cotangentLag, numbers);
        return numbers;
    }

    int cotangentNumbersLength() {
        return cotangentLag.size();
    }

    /** Makes numbers of {@link #inputNumbers} and {@link #cotangentNumbers} the averages. */
    void restore(double[] inputNumbers, double[] cotangentNumbers) {
        backend.upload(inputNumbers, 0, nextInputs + 1, inputLag);
        backend.upload(cotangentNumbers, cotangentLag);
    }
}
