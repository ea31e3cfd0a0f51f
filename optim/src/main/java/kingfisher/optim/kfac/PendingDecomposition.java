package kingfisher.optim.kfac;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import kingfisher.optim.linear.Decomposition;
import kingfisher.optim.linear.Decomposition.Failed;
import kingfisher.optim.linear.Decomposition.Found;
import kingfisher.optim.linear.Decomposition.Reason;
import org.jspecify.annotations.Nullable;

/**
 * A decomposition that runs beside the steps, or has run and does not count yet.
 *
 * @param step at which it was begun
 */
record PendingDecomposition(long step, Future<LayerDecompositions.Result> job) {

    private static final String STEP = "pending step";

    boolean isDone() {
        return job.isDone();
    }

    LayerDecompositions.Result await() {
        return Background.await(job);
    }

    void save(Map<String, double[]> state, List<LayerBlock> layers) {
        LayerDecompositions.Result result = await();
        state.put(STEP, new double[] {step});
        for (int l = 0; l < layers.size(); l++) {
            if (result.layers().get(l) instanceof Found<double[][]> found) {
                for (int i = 0; i < found.value().length; i++) {
                    state.put(key(layers.get(l), i), found.value()[i]);
                }
            }
        }
    }

    static @Nullable PendingDecomposition restore(SavedState state, List<LayerBlock> layers) {
        if (!state.has(STEP)) {
            return null;
        }
        List<Decomposition<double[][]>> found = new ArrayList<>();
        for (LayerBlock layer : layers) {
            found.add(restore(state, layer));
        }
        return new PendingDecomposition(
                (long) state.array(STEP, 1)[0],
                CompletableFuture.completedFuture(new LayerDecompositions.Result(found)));
    }

    private static Decomposition<double[][]> restore(SavedState state, LayerBlock layer) {
        if (!state.has(key(layer, 0))) {
            // the reason has not been kept; that there is none is all that counts
            return new Failed<>(Reason.NO_CONVERGENCE);
        }
        int[] lengths = layer.decompositionLengths();
        double[][] parts = new double[lengths.length][];
        for (int i = 0; i < lengths.length; i++) {
            parts[i] = state.array(key(layer, i), lengths[i]);
        }
        return new Found<>(parts, 0);
    }

    private static String key(LayerBlock layer, int part) {
        return "layer %s pending-%d".formatted(layer.name(), part);
    }
}
