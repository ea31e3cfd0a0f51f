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

    private static final String HEADER = "pending decomposition";
    private static final int NONE = -1;

    boolean isDone() {
        return job.isDone();
    }

    LayerDecompositions.Result await() {
        return Background.await(job);
    }

    /** Saves a job, of which there may be none, after its end: its step, and for each layer whether it has found anything. */
    static void save(@Nullable PendingDecomposition pending, Map<String, double[]> state, List<LayerBlock> layers) {
        double[] header = new double[1 + layers.size()];
        state.put(HEADER, header);
        if (pending == null) {
            header[0] = NONE;
            return;
        }
        header[0] = pending.step();
        LayerDecompositions.Result result = pending.await();
        for (int l = 0; l < layers.size(); l++) {
            if (result.layers().get(l) instanceof Found<double[][]> found) {
                header[1 + l] = 1;
                for (int i = 0; i < found.value().length; i++) {
                    state.put(prefix(layers.get(l)) + i, found.value()[i].clone());
                }
            }
        }
    }

    static @Nullable PendingDecomposition restore(SavedState state, List<LayerBlock> layers) {
        double[] header = state.array(HEADER, 1 + layers.size());
        if (header[0] == NONE) {
            return null;
        }
        List<Decomposition<double[][]>> found = new ArrayList<>();
        for (int l = 0; l < layers.size(); l++) {
            LayerBlock layer = layers.get(l);
            // the reason of a failure has not been kept; that there is nothing is all that counts
            found.add(
                    header[1 + l] == 0
                            ? new Failed<>(Reason.NO_CONVERGENCE)
                            : new Found<>(state.arrays(prefix(layer), layer.decompositionLengths()), 0));
        }
        return new PendingDecomposition(
                (long) header[0], CompletableFuture.completedFuture(new LayerDecompositions.Result(found)));
    }

    private static String prefix(LayerBlock layer) {
        return "layer " + layer.name() + " pending-";
    }
}
