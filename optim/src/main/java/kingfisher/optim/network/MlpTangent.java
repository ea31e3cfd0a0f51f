package kingfisher.optim.network;

import java.util.ArrayList;
import java.util.List;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import org.jspecify.annotations.Nullable;

/**
 * Derivatives of an {@link Mlp}'s pass over a batch along a direction v in its parameters, exact to rounding, from what
 * the pass's {@link ForwardTrace} has kept: no activation is computed again.
 *
 * <p>With {@code R{x} = ∂x(w + εv)/∂ε} at ε = 0 (Pearlmutter 1994, "Fast exact multiplication by the Hessian"), and V, c
 * the parts of v at a layer's W and b, input side first
 *
 * <pre>
 *   R{s} = R{a}W + aV + 1c        R{f(s)} = f'(s) ∘ R{s}                                   (Jacobian times v)
 * </pre>
 *
 * and, output side first, with {@code Da, Ds} what the loss's backward pass has kept in the trace
 *
 * <pre>
 *   R{Ds} = f'(s) ∘ R{Df} + f''(s) ∘ R{s} ∘ Df        R{DW} = aᵀR{Ds} + R{a}ᵀDs            (Hessian times v)
 *   R{Da} = R{Ds}Wᵀ + DsVᵀ                            R{Db} = Σ_b R{Ds}
 * </pre>
 *
 * <p>The matrices are allocated once; no pass allocates. Piecewise linear activations have no second derivative at
 * their kinks, where it is taken as 0. Not for use by two threads at once.
 */
public final class MlpTangent {

    private final Mlp network;
    private final ForwardTrace trace;
    private final ForwardTrace reverse;
    private final List<Matrix> preActivationTangents = new ArrayList<>();
    private final List<Matrix> outputTangents = new ArrayList<>();
    private @Nullable ParameterVector direction;
    private @Nullable Matrix inputTangent;

    /**
     * Allocates the tangents of a trace.
     *
     * @param trace of the network; kept by reference: every pass is along the forward pass that it has seen last
     */
    public MlpTangent(Mlp network, ForwardTrace trace) {
        this.network = network;
        this.trace = trace;
        Backend backend = network.parameters().backend();
        this.reverse = trace.withOwnGradients(backend);
        for (DenseLayer layer : network.layers()) {
            Matrix tangent = backend.allocate(trace.batch(), layer.outputs());
            preActivationTangents.add(tangent);
            outputTangents.add(
                    layer.activation() == Activation.IDENTITY
                            ? tangent
                            : backend.allocate(trace.batch(), layer.outputs()));
        }
    }

    private MlpTangent(MlpTangent whole, ForwardTrace rows, int first) {
        this.network = whole.network;
        this.trace = rows;
        this.reverse = rows.withGradientsOf(whole.reverse, first);
        for (int l = 0; l < network.layers().size(); l++) {
            Matrix tangent = whole.preActivationTangents.get(l).rowRange(first, rows.batch());
            preActivationTangents.add(tangent);
            outputTangents.add(
                    network.layers().get(l).activation() == Activation.IDENTITY
                            ? tangent
                            : whole.outputTangents.get(l).rowRange(first, rows.batch()));
        }
    }

    /**
     * Returns the tangents of some rows, in the same memory.
     *
     * @param rows the trace of these rows
     * @param first index of the first of them
     */
    MlpTangent rows(ForwardTrace rows, int first) {
        return new MlpTangent(this, rows, first);
    }

    /**
     * Computes {@link #outputTangent} {@code = J v + (∂output/∂input) u}.
     *
     * @param newDirection v, of the parameters' layout; kept by reference for {@link #backward}
     * @param newInputTangent u [B × inputs], or null for 0; kept by reference for {@link #backward}
     * @throws IllegalArgumentException if a shape does not fit; the message names the layer
     */
    public void forward(ParameterVector newDirection, @Nullable Matrix newInputTangent) {
        ParameterVector parameters = network.parameters();
        if (newDirection.layout().size() != parameters.layout().size()) {
            throw new IllegalArgumentException("a direction has %d parameters, expected %d"
                    .formatted(newDirection.layout().size(), parameters.layout().size()));
        }
        direction = newDirection;
        inputTangent = newInputTangent;
        Backend backend = parameters.backend();
        for (int l = 0; l < network.layers().size(); l++) {
            DenseLayer layer = network.layers().get(l);
            int weight = network.weightIndex(l);
            Matrix tangent = preActivationTangents.get(l);
            Matrix below = inputTangent(l);
            backend.broadcastRow(newDirection.view(weight + 1), tangent);
            backend.multiply(1, trace.input(l), false, newDirection.view(weight), false, 1, tangent);
            if (below != null) {
                if (below.columns() != layer.inputs()) {
                    throw new IllegalArgumentException("layer %s takes tangents of %d inputs, found %d"
                            .formatted(layer.name(), layer.inputs(), below.columns()));
                }
                backend.multiply(1, below, false, parameters.view(weight), false, 1, tangent);
            }
            if (layer.activation() != Activation.IDENTITY) {
                backend.copy(tangent, outputTangents.get(l));
                backend.activateBackward(
                        layer.activation(), trace.preActivation(l), trace.output(l), outputTangents.get(l));
            }
        }
    }

    /** After {@link #forward}: the tangent of the network's output [B × outputs]. */
    public Matrix outputTangent() {
        return outputTangents.get(outputTangents.size() - 1);
    }

    /**
     * Before {@link #pullBack}: a cotangent u_b of each example's output, [B × outputs], written by the caller; before
     * {@link #backward}: the tangent R{∂loss_b/∂output_b}.
     */
    public Matrix outputCotangent() {
        return reverse.outputGradient();
    }

    /**
     * Writes {@code scale · Jᵀ u}; the arguments are those of {@link Mlp#backward}. What a backward pass has kept in the
     * trace stays; {@link #outputCotangent} is modified.
     */
    public void pullBack(
            double scale, ParameterVector product, @Nullable Matrix inputCotangent, double inputCotangentScale) {
        network.backward(reverse, scale, product, inputCotangent, inputCotangentScale);
    }

    /**
     * Writes the derivative {@code scale · Σ_b R{∂loss_b/∂w}} of the last {@link Mlp#backward} through the trace along
     * the direction of the last {@link #forward}. Modifies {@link #outputCotangent}.
     *
     * @param product of the parameters' layout; the parts of this network are overwritten, others are left alone
     * @param inputGradientTangent [B × inputs] or null; receives {@code R{∂loss_b/∂input_b}}
     * @param inputGradientTangentScale factor on its old content: 0 overwrites, 1 adds
     * @throws IllegalStateException if there is no direction yet
     */
    public void backward(
            double scale,
            ParameterVector product,
            @Nullable Matrix inputGradientTangent,
            double inputGradientTangentScale) {
        ParameterVector along = direction;
        if (along == null) {
            throw new IllegalStateException("the tangent has not seen a forward pass");
        }
        Backend backend = network.parameters().backend();
        for (int l = network.layers().size() - 1; l >= 0; l--) {
            Activation activation = network.layers().get(l).activation();
            Matrix gradient = trace.preActivationGradient(l);
            Matrix tangent = reverse.preActivationGradient(l);
            backend.activateBackward(activation, trace.preActivation(l), trace.output(l), tangent);
            backend.addActivationCurvature(
                    activation,
                    trace.preActivation(l),
                    trace.output(l),
                    gradient,
                    preActivationTangents.get(l),
                    tangent);

            int weight = network.weightIndex(l);
            Matrix below = inputTangent(l);
            backend.multiply(scale, trace.input(l), true, tangent, false, 0, product.view(weight));
            if (below != null) {
                backend.multiply(scale, below, true, gradient, false, 1, product.view(weight));
            }
            backend.sumRows(tangent, product.view(weight + 1));
            backend.scale(scale, product.view(weight + 1));

            Matrix down = l > 0 ? reverse.preActivationGradient(l - 1) : inputGradientTangent;
            if (down != null) {
                Matrix weights = network.parameters().view(weight);
                backend.multiply(1, tangent, false, weights, true, l > 0 ? 0 : inputGradientTangentScale, down);
                backend.multiply(1, gradient, false, along.view(weight), true, 1, down);
            }
        }
    }

    /**
     * Leaves {@code Jᵀ u} in the layers, without the products that {@link #pullBack} writes: each layer's
     * {@link LayerTrace#cotangent}. Modifies {@link #outputCotangent}.
     *
     * @param inputCotangent [B × inputs] or null; receives {@code (∂output_b/∂input_b)ᵀ u_b}
     * @param inputCotangentScale factor on its old content: 0 overwrites, 1 adds
     */
    public void pullBackToLayers(@Nullable Matrix inputCotangent, double inputCotangentScale) {
        network.backwardToLayers(reverse, inputCotangent, inputCotangentScale);
    }

    /** Returns a view of each layer's part of the passes, input side first. */
    public List<LayerTrace> layers() {
        List<LayerTrace> layers = new ArrayList<>();
        for (int l = 0; l < network.layers().size(); l++) {
            layers.add(new TangentLayer(l));
        }
        return layers;
    }

    private @Nullable Matrix inputTangent(int layer) {
        return layer == 0 ? inputTangent : outputTangents.get(layer - 1);
    }

    private final class TangentLayer implements LayerTrace {

        private final int index;

        TangentLayer(int index) {
            this.index = index;
        }

        @Override
        public DenseLayer layer() {
            return network.layers().get(index);
        }

        @Override
        public int parameterOffset() {
            return network.parameters()
                    .layout()
                    .entries()
                    .get(network.weightIndex(index))
                    .offset();
        }

        @Override
        public Matrix input() {
            return trace.input(index);
        }

        @Override
        public Matrix gradient() {
            return trace.preActivationGradient(index);
        }

        @Override
        public Matrix cotangent() {
            return reverse.preActivationGradient(index);
        }
    }
}
