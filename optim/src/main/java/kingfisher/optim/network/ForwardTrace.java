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

    private final Backend backend;
    private final int batch;
    private final List<Matrix> preActivations;
    private final List<Matrix> outputs;
    private final List<Matrix> gradients = new ArrayList<>();
    private final ForwardTrace inputHolder;
    private @Nullable Matrix input;
    private @Nullable Matrix wholeInput; // what inputRows is a view of
    private @Nullable Matrix inputRows;

    ForwardTrace(Backend backend, List<DenseLayer> layers, int batch) {
        this.backend = backend;
        this.batch = batch;
        this.preActivations = new ArrayList<>();
        this.outputs = new ArrayList<>();
        this.inputHolder = this;
        for (DenseLayer layer : layers) {
            Matrix preActivation = backend.allocate(batch, layer.outputs());
            preActivations.add(preActivation);
            outputs.add(
                    layer.activation() == Activation.IDENTITY
                            ? preActivation
                            : backend.allocate(batch, layer.outputs()));
            gradients.add(backend.allocate(batch, layer.outputs()));
        }
    }

    private ForwardTrace(ForwardTrace forward, int rows) {
        this.backend = forward.backend;
        this.batch = rows;
        this.preActivations = firstRows(forward.preActivations, rows);
        this.outputs = firstRows(forward.outputs, rows);
        this.inputHolder = forward.inputHolder;
        for (Matrix preActivation : preActivations) {
            gradients.add(backend.allocate(batch, preActivation.columns()));
        }
    }

    private static List<Matrix> firstRows(List<Matrix> matrices, int rows) {
        return matrices.stream()
                .map(matrix -> matrix.rows() == rows ? matrix : matrix.rowRange(0, rows))
                .toList();
    }

    /**
     * Returns a trace of the same forward passes that has gradients of its own, so that a backward pass through one
     * leaves what a backward pass through the other has kept.
     */
    public ForwardTrace withOwnGradients() {
        return new ForwardTrace(this, batch);
    }

    /**
     * Returns a trace of the first rows of the same forward passes, with gradients of its own.
     *
     * @throws IllegalArgumentException if there are not so many rows
     */
    public ForwardTrace firstRows(int rows) {
        if (rows < 1 || rows > batch) {
            throw new IllegalArgumentException("rows: expected 1 to %d, found %d".formatted(batch, rows));
        }
        return new ForwardTrace(this, rows);
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
            inputRows = held.rowRange(0, batch);
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
        inputHolder.input = matrix;
    }
}
