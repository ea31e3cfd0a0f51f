package kingfisher.optim.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import org.jspecify.annotations.Nullable;

/**
 * What one pass of an {@link Mlp} over a batch leaves behind: each layer's input, pre-activation, output and, after the
 * backward pass, pre-activation gradient. Allocated once for a batch size and reused.
 */
public final class ForwardTrace {

    private final int batch;
    private final List<Matrix> preActivations;
    private final List<Matrix> outputs;
    private final List<Matrix> gradients;
    private final ForwardTrace inputHolder;
    private final int inputFirst; // of the rows of the held input
    private @Nullable Matrix input;
    private @Nullable Matrix wholeInput; // what inputRows is a view of
    private @Nullable Matrix inputRows;

    /** Allocates the matrices, or takes rows of another trace's for the gradients. */
    ForwardTrace(Backend backend, List<DenseLayer> layers, int batch, @Nullable ForwardTrace lender) {
        List<Matrix> beforeActivation = new ArrayList<>();
        List<Matrix> afterActivation = new ArrayList<>();
        for (DenseLayer layer : layers) {
            Matrix preActivation = backend.allocate(batch, layer.outputs());
            beforeActivation.add(preActivation);
            afterActivation.add(
                    layer.activation() == Activation.IDENTITY
                            ? preActivation
                            : backend.allocate(batch, layer.outputs()));
        }
        this.batch = batch;
        this.preActivations = List.copyOf(beforeActivation);
        this.outputs = List.copyOf(afterActivation);
        this.gradients = lender == null ? allocateLike(backend, preActivations) : rows(lender.gradients, 0, batch);
        this.inputHolder = this;
        this.inputFirst = 0;
    }

    private ForwardTrace(
            int batch,
            List<Matrix> preActivations,
            List<Matrix> outputs,
            List<Matrix> gradients,
            ForwardTrace inputHolder,
            int inputFirst) {
        this.batch = batch;
        this.preActivations = preActivations;
        this.outputs = outputs;
        this.gradients = gradients;
        this.inputHolder = inputHolder;
        this.inputFirst = inputFirst;
    }

    private static List<Matrix> allocateLike(Backend backend, List<Matrix> matrices) {
        return matrices.stream()
                .map(matrix -> backend.allocate(matrix.rows(), matrix.columns()))
                .toList();
    }

    /** Returns views of rows; the same matrix where a layer's output is its pre-activation. */
    private static List<Matrix> rows(List<Matrix> matrices, int first, int count) {
        return matrices.stream()
                .map(matrix -> matrix.rows() == count ? matrix : matrix.rowRange(first, count))
                .toList();
    }

    /**
     * Returns a trace of the same forward passes that has gradients of its own, so that a backward pass through one
     * leaves what a backward pass through the other has kept.
     */
    ForwardTrace withOwnGradients(Backend backend) {
        return new ForwardTrace(
                batch, preActivations, outputs, allocateLike(backend, preActivations), inputHolder, inputFirst);
    }

    /** Returns a trace of the same forward passes whose gradients are rows of another trace's. */
    ForwardTrace withGradientsOf(ForwardTrace other, int first) {
        return new ForwardTrace(
                batch, preActivations, outputs, rows(other.gradients, first, batch), inputHolder, inputFirst);
    }

    /** Returns a trace of some rows, in the same memory; its input is the same rows of this trace's. */
    ForwardTrace rows(int first, int count) {
        return new ForwardTrace(
                count,
                rows(preActivations, first, count),
                rows(outputs, first, count),
                rows(gradients, first, count),
                inputHolder,
                inputFirst + first);
    }

    /**
     * Returns a trace of the first rows of the same forward passes, with gradients of its own.
     *
     * @throws IllegalArgumentException if there are not so many rows
     */
    ForwardTrace firstRows(int count, Backend backend) {
        if (count < 1 || count > batch) {
            throw new IllegalArgumentException("rows: expected 1 to %d, found %d".formatted(batch, count));
        }
        List<Matrix> before = rows(preActivations, 0, count);
        return new ForwardTrace(
                count, before, rows(outputs, 0, count), allocateLike(backend, before), inputHolder, inputFirst);
    }

    /** Number of rows B. */
    public int batch() {
        return batch;
    }

    /** The input of a layer [B × inputs]: the network's input or the output of the layer before. */
    public Matrix input(int layer) {
        if (layer > 0) {
            return outputs.get(layer - 1);
        }
        Matrix held = inputHolder.input;
        if (held == null) {
            throw new IllegalStateException("the trace has not seen a forward pass");
        }
        if (held.rows() == batch) {
            return held;
        }
        if (held != wholeInput) {
            wholeInput = held;
            inputRows = held.rowRange(inputFirst, batch);
        }
        return Objects.requireNonNull(inputRows);
    }

    /** The pre-activation s of a layer [B × outputs]. */
    public Matrix preActivation(int layer) {
        return preActivations.get(layer);
    }

    /** The output f(s) of a layer [B × outputs]; the pre-activation itself where f is the identity. */
    public Matrix output(int layer) {
        return outputs.get(layer);
    }

    /** The output of the network [B × outputs]; its input if it has no layers. */
    public Matrix output() {
        return outputs.isEmpty() ? input(0) : outputs.get(outputs.size() - 1);
    }

    /** After the backward pass: {@code Ds = ∂loss_b/∂s} of each example [B × outputs], not divided by B. */
    public Matrix preActivationGradient(int layer) {
        return gradients.get(layer);
    }

    /** Before the backward pass: where the caller writes {@code ∂loss_b/∂output_b} [B × outputs]. */
    public Matrix outputGradient() {
        return gradients.get(gradients.size() - 1);
    }

    void setInput(Matrix matrix) {
        if (matrix.rows() != batch) {
            throw new IllegalArgumentException("the trace is for " + batch + " rows, found " + matrix.rows());
        }
        input = matrix;
    }
}
