package kingfisher.optim.network;

import java.util.ArrayList;
import java.util.List;
import kingfisher.optim.backend.Matrix;
import org.jspecify.annotations.Nullable;

/** All passes of a trunk with heads over some rows of a batch, on the calling thread. */
final class NetworkPart {

    final List<HeadPass> heads;
    private final Mlp trunk;
    private final ForwardTrace trace;
    private final MlpTangent tangent;

    /** Allocates the working memory of a whole batch. */
    NetworkPart(int batch, Mlp trunk, List<OutputHead> heads) {
        this.trunk = trunk;
        this.trace = trunk.trace(batch);
        this.tangent = new MlpTangent(trunk, trace);
        this.heads = heads.stream().map(head -> new HeadPass(head, batch)).toList();
    }

    private NetworkPart(Mlp trunk, ForwardTrace trace, MlpTangent tangent, List<HeadPass> heads) {
        this.trunk = trunk;
        this.trace = trace;
        this.tangent = tangent;
        this.heads = heads;
    }

    /** Returns the passes over some rows, in the same memory; they are run there instead of here. */
    NetworkPart rows(int from, int count) {
        ForwardTrace rows = trace.rows(from, count);
        return new NetworkPart(
                trunk,
                rows,
                tangent.rows(rows, from),
                heads.stream().map(head -> head.rows(from, count)).toList());
    }

    /** Returns the first rows of the forward passes that are run here, with tangents of their own. */
    NetworkPart firstRows(int count) {
        ForwardTrace rows = trace.firstRows(count, trunk.parameters().backend());
        return new NetworkPart(
                trunk,
                rows,
                new MlpTangent(trunk, rows),
                heads.stream().map(head -> head.firstRows(count)).toList());
    }

    /** Returns passes over at most as many other rows, with outputs of their own and derivatives in this one's memory. */
    NetworkPart borrowing(int count) {
        if (count < 1 || count > batch()) {
            throw new IllegalArgumentException("rows: expected 1 to %d, found %d".formatted(batch(), count));
        }
        ForwardTrace own = trunk.traceWithGradientsIn(trace, count);
        return new NetworkPart(
                trunk,
                own,
                tangent.rows(own, 0),
                heads.stream().map(head -> head.borrowing(count)).toList());
    }

    int batch() {
        return trace.batch();
    }

    ParameterVector parameters() {
        return trunk.parameters();
    }

    List<LayerTrace> layers() {
        List<LayerTrace> layers = new ArrayList<>(tangent.layers());
        heads.forEach(head -> layers.addAll(head.layers()));
        return layers;
    }

    List<Integer> chainLengths() {
        int trunkLength = trunk.layers().size();
        if (heads.size() == 1) {
            return List.of(trunkLength + heads.get(0).layers().size());
        }
        List<Integer> lengths = new ArrayList<>();
        if (trunkLength > 0) {
            lengths.add(trunkLength);
        }
        heads.forEach(head -> lengths.add(head.layers().size()));
        return lengths;
    }

    List<RowParameter> rowParameters() {
        List<RowParameter> parameters = new ArrayList<>();
        for (int h = 0; h < heads.size(); h++) {
            heads.get(h).rowParameter(h).ifPresent(parameters::add);
        }
        return parameters;
    }

    /** Names the input of forward passes, here and in parts of the rows. */
    void setInput(Matrix input) {
        trunk.setInput(input, trace);
        for (int h = 0; h < heads.size(); h++) {
            heads.get(h).setInput(trace.output());
        }
    }

    /** Runs forward what {@link #setInput} has named. */
    void forward() {
        trunk.forward(trace);
        for (int h = 0; h < heads.size(); h++) {
            heads.get(h).forward();
        }
    }

    void backward(double scale, ParameterVector gradient) {
        Matrix featureGradient = hasTrunk() ? trace.outputGradient() : null;
        for (int h = 0; h < heads.size(); h++) {
            heads.get(h).backward(scale, gradient, featureGradient, keep(h));
        }
        trunk.backward(trace, scale, gradient, null, 0);
    }

    void pushForward(ParameterVector direction) {
        tangent.forward(direction, null);
        Matrix featureTangent = hasTrunk() ? tangent.outputTangent() : null;
        for (int h = 0; h < heads.size(); h++) {
            heads.get(h).pushForward(direction, featureTangent);
        }
    }

    void pullBack(double scale, ParameterVector product) {
        Matrix featureCotangent = featureCotangent();
        for (int h = 0; h < heads.size(); h++) {
            heads.get(h).pullBack(scale, product, featureCotangent, keep(h));
        }
        tangent.pullBack(scale, product, null, 0);
    }

    void pullBackToLayers() {
        Matrix featureCotangent = featureCotangent();
        for (int h = 0; h < heads.size(); h++) {
            heads.get(h).pullBackToLayers(featureCotangent, keep(h));
        }
        tangent.pullBackToLayers(null, 0);
    }

    void backwardTangent(double scale, ParameterVector product) {
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
