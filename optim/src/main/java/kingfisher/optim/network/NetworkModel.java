package kingfisher.optim.network;

import java.util.List;
import kingfisher.optim.backend.Matrix;

/** A trunk of layers with heads on its features, all over one parameter vector. */
public final class NetworkModel extends NetworkLinearization implements DifferentiableModel {

    /**
     * Allocates the working memory for batches of exactly {@code batch} examples.
     *
     * @param trunk may have no layers; the heads then read the input
     * @throws IllegalArgumentException if there is no head, or if one does not fit the trunk
     */
    public NetworkModel(int batch, Mlp trunk, List<OutputHead> heads) {
        super(trunk, trunk.trace(batch), passes(batch, trunk, heads));
    }

    private static List<HeadPass> passes(int batch, Mlp trunk, List<OutputHead> heads) {
        if (heads.isEmpty()) {
            throw new IllegalArgumentException("a model needs a head");
        }
        List<DenseLayer> layers = trunk.layers();
        int features = layers.isEmpty()
                ? heads.get(0).network().layers().get(0).inputs()
                : layers.get(layers.size() - 1).outputs();
        for (OutputHead head : heads) {
            DenseLayer first = head.network().layers().get(0);
            if (first.inputs() != features) {
                throw new IllegalArgumentException(
                        "layer %s takes %d inputs, found %d".formatted(first.name(), first.inputs(), features));
            }
            if (head.network().parameters() != trunk.parameters()) {
                throw new IllegalArgumentException(
                        "layer %s has its parameters in another vector than the trunk".formatted(first.name()));
            }
        }
        return heads.stream().map(head -> new HeadPass(head, batch)).toList();
    }

    /** Returns the model of one network, with one head. */
    public static NetworkModel of(int batch, Mlp network) {
        return new NetworkModel(batch, new Mlp(List.of(), network.parameters()), List.of(OutputHead.of(network)));
    }

    @Override
    public double[] outputGradients(int head) {
        return heads.get(head).gradients;
    }

    @Override
    public void forward(Matrix input) {
        Matrix features = trunk.forward(input, trace);
        for (int h = 0; h < heads.size(); h++) {
            heads.get(h).forward(features);
        }
    }

    @Override
    public void backward(double scale, ParameterVector gradient) {
        Matrix featureGradient = hasTrunk() ? trace.outputGradient() : null;
        for (int h = 0; h < heads.size(); h++) {
            heads.get(h).backward(scale, gradient, featureGradient, keep(h));
        }
        trunk.backward(trace, scale, gradient, null, 0);
    }

    @Override
    public void backwardTangent(double scale, ParameterVector product) {
        backwardTangents(scale, product);
    }
}
