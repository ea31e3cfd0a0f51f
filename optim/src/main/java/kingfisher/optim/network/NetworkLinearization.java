package kingfisher.optim.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import kingfisher.optim.backend.Matrix;
import org.jspecify.annotations.Nullable;

/** The Jacobian of a trunk with heads at the point of a forward pass. */
sealed class NetworkLinearization implements LinearizedModel permits NetworkModel {

    final Mlp trunk;
    final ForwardTrace trace;
    final List<HeadPass> heads;
    private final MlpTangent tangent;
    private final List<LayerTrace> layers = new ArrayList<>();
    private final List<RowParameter> rowParameters = new ArrayList<>();

    NetworkLinearization(Mlp trunk, ForwardTrace trace, List<HeadPass> heads) {
        this.trunk = trunk;
        this.trace = trace;
        this.heads = heads;
        this.tangent = new MlpTangent(trunk, trace);
        layers.addAll(tangent.layers());
        for (int h = 0; h < heads.size(); h++) {
            layers.addAll(heads.get(h).layers());
            Optional<RowParameter> row = heads.get(h).rowParameter(h);
            row.ifPresent(rowParameters::add);
        }
    }

    /**
     * Returns the Jacobian of the first rows alone, at the point of this model's last forward pass: a part of a batch is
     * often enough for curvature.
     *
     * @return a model that shares this one's forward passes and outputs; it follows every further one
     * @throws IllegalArgumentException if there are not so many rows
     */
    public final LinearizedModel firstRows(int rows) {
        return new NetworkLinearization(
                trunk,
                trace.firstRows(rows),
                heads.stream().map(head -> head.firstRows(rows)).toList());
    }

    @Override
    public final int batch() {
        return trace.batch();
    }

    @Override
    public final int heads() {
        return heads.size();
    }

    @Override
    public final int width(int head) {
        return heads.get(head).width;
    }

    @Override
    public final ParameterVector parameters() {
        return trunk.parameters();
    }

    @Override
    public final double[] outputs(int head) {
        return heads.get(head).outputs;
    }

    @Override
    public final double[] outputTangents(int head) {
        return heads.get(head).tangents;
    }

    @Override
    public final double[] outputCotangents(int head) {
        return heads.get(head).cotangents;
    }

    @Override
    public final void pushForward(ParameterVector direction) {
        tangent.forward(direction, null);
        Matrix featureTangent = hasTrunk() ? tangent.outputTangent() : null;
        for (int h = 0; h < heads.size(); h++) {
            heads.get(h).pushForward(direction, featureTangent);
        }
    }

    @Override
    public final void pullBack(double scale, ParameterVector product) {
        Matrix featureCotangent = featureCotangent();
        for (int h = 0; h < heads.size(); h++) {
            heads.get(h).pullBack(scale, product, featureCotangent, keep(h));
        }
        tangent.pullBack(scale, product, null, 0);
    }

    @Override
    public final void pullBackToLayers() {
        Matrix featureCotangent = featureCotangent();
        for (int h = 0; h < heads.size(); h++) {
            heads.get(h).pullBackToLayers(featureCotangent, keep(h));
        }
        tangent.pullBackToLayers(null, 0);
    }

    @Override
    public final List<LayerTrace> layers() {
        return List.copyOf(layers);
    }

    @Override
    public final List<RowParameter> rowParameters() {
        return List.copyOf(rowParameters);
    }

    final void backwardTangents(double scale, ParameterVector product) {
        Matrix featureGradientTangent = featureCotangent();
        for (int h = 0; h < heads.size(); h++) {
            heads.get(h).backwardTangent(scale, product, featureGradientTangent, keep(h));
        }
        tangent.backward(scale, product, null, 0);
    }

    final boolean hasTrunk() {
        return !trunk.layers().isEmpty();
    }

    private @Nullable Matrix featureCotangent() {
        return hasTrunk() ? tangent.outputCotangent() : null;
    }

    /** The first head overwrites what comes back to the features, the others add. */
    static double keep(int head) {
        return head == 0 ? 0 : 1;
    }
}
