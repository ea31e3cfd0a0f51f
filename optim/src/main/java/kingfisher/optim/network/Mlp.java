package kingfisher.optim.network;

import java.util.ArrayList;
import java.util.List;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import org.apache.commons.rng.UniformRandomProvider;
import org.jspecify.annotations.Nullable;

/**
 * A multilayer perceptron: dense layers one behind the other, whose parameters are views into a flat vector.
 *
 * <p>With a batch of B rows, layer l maps its input {@code a} [B × M] to the pre-activation {@code s = aW + 1b} [B × N]
 * and the output {@code f(s)}. A {@link ForwardTrace} keeps all three, and after a backward pass also
 * {@code Ds = ∂loss_b/∂s} [B × N] of each example: what Kronecker factors and products with curvature are made of.
 */
public final class Mlp {

    private final List<DenseLayer> layers;
    private final ParameterVector parameters;
    private final int[] weightIndex;

    /**
     * Binds layers to the parameters that bear their names.
     *
     * @throws IllegalArgumentException if a parameter is missing or the sizes of neighbouring layers do not fit
     */
    public Mlp(List<DenseLayer> layers, ParameterVector parameters) {
        this.layers = List.copyOf(layers);
        this.parameters = parameters;
        this.weightIndex = new int[layers.size()];
        for (int l = 0; l < layers.size(); l++) {
            DenseLayer layer = layers.get(l);
            if (l > 0 && layers.get(l - 1).outputs() != layer.inputs()) {
                throw new IllegalArgumentException("layer " + layer.name() + " takes " + layer.inputs()
                        + " inputs, found " + layers.get(l - 1).outputs());
            }
            weightIndex[l] = parameters.layout().index(layer.weightName());
        }
    }

    /**
     * Returns layers {@code name.0 … name.n} of the given widths.
     *
     * @param widths number of units of each layer; may be empty
     * @param activation of every one of them
     */
    public static List<DenseLayer> layers(String name, int inputs, List<Integer> widths, Activation activation) {
        List<DenseLayer> layers = new ArrayList<>();
        int width = inputs;
        for (int l = 0; l < widths.size(); l++) {
            layers.add(new DenseLayer(name + "." + l, width, widths.get(l), activation));
            width = widths.get(l);
        }
        return layers;
    }

    /** The layers, input side first. */
    public List<DenseLayer> layers() {
        return layers;
    }

    /** The vector that the layers' parameters are views of. */
    public ParameterVector parameters() {
        return parameters;
    }

    /** Index of a layer's weight in the parameters' layout; its bias comes next. */
    int weightIndex(int layer) {
        return weightIndex[layer];
    }

    /** Writes orthogonal weights of the given gain and zero biases into one layer. */
    public void initialize(int layer, double gain, UniformRandomProvider random) {
        DenseLayer shape = layers.get(layer);
        Backend backend = parameters.backend();
        backend.upload(
                Orthogonal.matrix(shape.inputs(), shape.outputs(), gain, random), parameters.view(weightIndex[layer]));
        backend.fill(parameters.view(weightIndex[layer] + 1), 0);
    }

    /** Draws weights and biases of one layer evenly from ±1/√inputs, as PyTorch's linear layers start. */
    public void initializeUniformly(int layer, UniformRandomProvider random) {
        double bound = 1 / Math.sqrt(layers.get(layer).inputs());
        for (int index = weightIndex[layer]; index <= weightIndex[layer] + 1; index++) {
            Matrix view = parameters.view(index);
            parameters
                    .backend()
                    .upload(random.doubles(view.size(), -bound, bound).toArray(), view);
        }
    }

    /** Returns the working memory for passes over batches of exactly {@code batch} rows. */
    public ForwardTrace trace(int batch) {
        return new ForwardTrace(parameters.backend(), layers, batch, null);
    }

    /** Returns the working memory for other passes over at most as many rows, whose gradients are in that of a trace. */
    ForwardTrace traceWithGradientsIn(ForwardTrace lender, int batch) {
        return new ForwardTrace(parameters.backend(), layers, batch, lender);
    }

    /**
     * Runs the layers forward.
     *
     * @param input [B × inputs]; kept by reference in the trace, so it must not change before the backward pass
     * @param trace modified
     * @return the last layer's output [B × outputs], or {@code input} if there are no layers
     * @throws IllegalArgumentException if the input does not fit the first layer or the trace
     */
    public Matrix forward(Matrix input, ForwardTrace trace) {
        setInput(input, trace);
        return forward(trace);
    }

    /** Names the input of forward passes through a trace, and through traces of its rows. */
    void setInput(Matrix input, ForwardTrace trace) {
        if (!layers.isEmpty() && layers.get(0).inputs() != input.columns()) {
            throw new IllegalArgumentException("layer %s takes %d inputs, found %d"
                    .formatted(layers.get(0).name(), layers.get(0).inputs(), input.columns()));
        }
        trace.setInput(input);
    }

    /** Runs the layers forward from the input that has been named. */
    Matrix forward(ForwardTrace trace) {
        Backend backend = parameters.backend();
        for (int l = 0; l < layers.size(); l++) {
            Matrix preActivation = trace.preActivation(l);
            backend.broadcastRow(parameters.view(weightIndex[l] + 1), preActivation);
            backend.multiply(1, trace.input(l), false, parameters.view(weightIndex[l]), false, 1, preActivation);
            if (layers.get(l).activation() != Activation.IDENTITY) {
                backend.activate(layers.get(l).activation(), preActivation, trace.output(l));
            }
        }
        return trace.output();
    }

    /**
     * Runs the layers backward and writes the gradient {@code scale · Σ_b ∂loss_b/∂w} of this network's parameters.
     *
     * @param trace of the forward pass; {@link ForwardTrace#outputGradient} holds {@code ∂loss_b/∂output_b} of each
     *     example, not divided by the batch. Modified: it then holds each layer's pre-activation gradient
     * @param scale usually 1/B
     * @param gradient of the parameters' layout; the parts of this network are overwritten, others are left alone
     * @param inputGradient [B × inputs] or null; receives {@code ∂loss_b/∂input_b}, also not divided
     * @param inputGradientScale factor on the old content of {@code inputGradient}: 0 overwrites, 1 adds
     */
    public void backward(
            ForwardTrace trace,
            double scale,
            ParameterVector gradient,
            @Nullable Matrix inputGradient,
            double inputGradientScale) {
        Backend backend = parameters.backend();
        for (int l = layers.size() - 1; l >= 0; l--) {
            Matrix preActivationGradient = backwardThroughActivation(trace, l);
            backend.multiply(
                    scale, trace.input(l), true, preActivationGradient, false, 0, gradient.view(weightIndex[l]));
            Matrix biasGradient = gradient.view(weightIndex[l] + 1);
            backend.sumRows(preActivationGradient, biasGradient);
            backend.scale(scale, biasGradient);
            backwardThroughWeight(trace, l, inputGradient, inputGradientScale);
        }
    }

    /**
     * Runs the layers backward for the pre-activation gradients alone, at a third less work than {@link #backward}; the
     * arguments are those of that method.
     */
    public void backwardToLayers(ForwardTrace trace, @Nullable Matrix inputGradient, double inputGradientScale) {
        for (int l = layers.size() - 1; l >= 0; l--) {
            backwardThroughActivation(trace, l);
            backwardThroughWeight(trace, l, inputGradient, inputGradientScale);
        }
    }

    private Matrix backwardThroughActivation(ForwardTrace trace, int layer) {
        Matrix gradient = trace.preActivationGradient(layer);
        parameters
                .backend()
                .activateBackward(
                        layers.get(layer).activation(), trace.preActivation(layer), trace.output(layer), gradient);
        return gradient;
    }

    private void backwardThroughWeight(
            ForwardTrace trace, int layer, @Nullable Matrix inputGradient, double inputGradientScale) {
        Matrix below = layer > 0 ? trace.preActivationGradient(layer - 1) : inputGradient;
        if (below != null) {
            parameters
                    .backend()
                    .multiply(
                            1,
                            trace.preActivationGradient(layer),
                            false,
                            parameters.view(weightIndex[layer]),
                            true,
                            layer > 0 ? 0 : inputGradientScale,
                            below);
        }
    }
}
