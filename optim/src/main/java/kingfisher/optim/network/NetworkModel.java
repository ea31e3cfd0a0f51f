package kingfisher.optim.network;

import java.util.List;
import kingfisher.optim.backend.Matrix;
import org.jspecify.annotations.Nullable;

/** A trunk of layers with heads on its features, all over one parameter vector. */
public final class NetworkModel implements DifferentiableModel {

    private final int batch;
    private final Mlp trunk;
    private final ForwardTrace trace;
    private final MlpTangent tangent;
    private final List<HeadPass> heads;

    /**
     * Allocates the working memory for batches of exactly {@code batch} examples.
     *
     * @param trunk may have no layers; the heads then read the input
     * @throws IllegalArgumentException if there is no head, or if one does not fit the trunk
     */
    public NetworkModel(int batch, Mlp trunk, List<OutputHead> heads) {
        if (heads.isEmpty()) {
            throw new IllegalArgumentException("a model needs a head");
        }
        this.batch = batch;
        this.trunk = trunk;
        this.trace = trunk.trace(batch);
        this.tangent = new MlpTangent(trunk, trace);
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
        this.heads = heads.stream().map(head -> new HeadPass(head, batch)).toList();
    }

    /** Returns the model of one network, with one head. */
    public static NetworkModel of(int batch, Mlp network) {
        return new NetworkModel(batch, new Mlp(List.of(), network.parameters()), List.of(OutputHead.of(network)));
    }

    @Override
    public int batch() {
        return batch;
    }

    @Override
    public int heads() {
        return heads.size();
    }

    @Override
    public int width(int head) {
        return heads.get(head).width;
    }

    @Override
    public ParameterVector parameters() {
        return trunk.parameters();
    }

    @Override
    public double[] outputs(int head) {
        return heads.get(head).outputs;
    }

    @Override
    public double[] outputGradients(int head) {
        return heads.get(head).gradients;
    }

    @Override
    public double[] outputTangents(int head) {
        return heads.get(head).tangents;
    }

    @Override
    public double[] outputCotangents(int head) {
        return heads.get(head).cotangents;
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
    public void pushForward(ParameterVector direction) {
        tangent.forward(direction, null);
        Matrix featureTangent = hasTrunk() ? tangent.outputTangent() : null;
        for (int h = 0; h < heads.size(); h++) {
            heads.get(h).pushForward(direction, featureTangent);
        }
    }

    @Override
    public void pullBack(double scale, ParameterVector product) {
        Matrix featureCotangent = featureCotangent();
        for (int h = 0; h < heads.size(); h++) {
            heads.get(h).pullBack(scale, product, featureCotangent, keep(h));
        }
        tangent.pullBack(scale, product, null, 0);
    }

    @Override
    public void backwardTangent(double scale, ParameterVector product) {
        Matrix featureGradientTangent = featureCotangent();
        for (int h = 0; h < heads.size(); h++) {
            heads.get(h).backwardTangent(scale, product, featureGradientTangent, keep(h));
        }
        tangent.backward(scale, product, null, 0);
    }

    private boolean hasTrunk() {
        return !trunk.layers().isEmpty();
    }

    private @Nullable Matrix featureCotangent() {
        return hasTrunk() ? tangent.outputCotangent() : null;
    }

    /** The first head overwrites what comes back to the features, the others add. */
    private static double keep(int head) {
        return head == 0 ? 0 : 1;
    }
}
