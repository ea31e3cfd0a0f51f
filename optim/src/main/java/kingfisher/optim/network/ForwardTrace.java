package kingfisher.optim.network;

import java.util.ArrayList;
import java.util.List;
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

    private ForwardTrace(ForwardTrace forward) {
        this.backend = forward.backend;
        this.batch = forward.batch;
        this.preActivations = forward.preActivations;
        this.outputs = forward.outputs;
        this.inputHolder = forward.inputHolder;
        for (Matrix preActivation : preActivations) {
            gradients.add(backend.allocate(batch, preActivation.columns()));
        }
    }

    /**
     * Returns a trace of the same forward passes that has gradients of its own, so that a backward pass through one
     * leaves what a backward pass through the other has kept.
     */
    public ForwardTrace withOwnGradients() {
        return new ForwardTrace(this);
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
        return held;
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
