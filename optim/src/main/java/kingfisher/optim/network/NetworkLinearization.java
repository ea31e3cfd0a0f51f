package kingfisher.optim.network;

import java.util.List;
import kingfisher.optim.parallel.Workers;
import org.jspecify.annotations.Nullable;

/** The Jacobian of a trunk with heads at the point of a forward pass. */
sealed class NetworkLinearization implements LinearizedModel permits NetworkModel {

    final NetworkPart whole;
    final BatchShards shards;
    private final @Nullable Workers workers;
    private final List<LayerTrace> layers;
    private final List<Integer> chainLengths;
    private final List<RowParameter> rowParameters;

    NetworkLinearization(NetworkPart whole, @Nullable Workers workers) {
        this.whole = whole;
        this.workers = workers;
        this.shards = new BatchShards(whole, workers);
        this.layers = List.copyOf(whole.layers());
        this.chainLengths = List.copyOf(whole.chainLengths());
        this.rowParameters = List.copyOf(whole.rowParameters());
    }

    /**
     * Returns the Jacobian of the first rows alone, at the point of this model's last forward pass: a part of a batch is
     * often enough for curvature.
     *
     * @return a model that shares this one's forward passes and outputs; it follows every further one
     * @throws IllegalArgumentException if there are not so many rows
     */
    public final LinearizedModel firstRows(int rows) {
        return new NetworkLinearization(whole.firstRows(rows), workers);
    }

    @Override
    public final int batch() {
        return whole.batch();
    }

    @Override
    public final int heads() {
        return whole.heads.size();
    }

    @Override
    public final int width(int head) {
        return whole.heads.get(head).width;
    }

    @Override
    public final ParameterVector parameters() {
        return whole.parameters();
    }

    @Override
    public final double[] outputs(int head) {
        return whole.heads.get(head).outputs;
    }

    @Override
    public final double[] outputTangents(int head) {
        return whole.heads.get(head).tangents;
    }

    @Override
    public final double[] outputCotangents(int head) {
        return whole.heads.get(head).cotangents;
    }

    @Override
    public final void pushForward(ParameterVector direction) {
        shards.pushForward(direction);
    }

    @Override
    public final void pullBack(double scale, ParameterVector product) {
        shards.pullBack(scale, product);
    }

    @Override
    public final void pullBackToLayers() {
        shards.pullBackToLayers();
    }

    @Override
    public final List<LayerTrace> layers() {
        return layers;
    }

    @Override
    public final List<Integer> chainLengths() {
        return chainLengths;
    }

    @Override
    public final List<RowParameter> rowParameters() {
        return rowParameters;
    }
}
