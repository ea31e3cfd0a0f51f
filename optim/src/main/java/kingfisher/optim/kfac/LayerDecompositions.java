package kingfisher.optim.kfac;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import kingfisher.optim.linear.Decomposition;
import kingfisher.optim.linear.Decomposition.Failed;
import kingfisher.optim.parallel.Workers;

/** Decomposes the factors of all layers, those that take longest first. */
final class LayerDecompositions {

    /** What was found for each layer. */
    record Result(List<Decomposition<double[][]>> layers) {

        /** What was not found, if anything was not. */
        Optional<String> failure(List<LayerBlock> blocks) {
            for (int l = 0; l < layers.size(); l++) {
                if (layers.get(l) instanceof Failed<double[][]> failed) {
                    return Optional.of("the factors of layer %s have no decomposition (%s)"
                            .formatted(blocks.get(l).name(), failed.reason()));
                }
            }
            return Optional.empty();
        }
    }

    private final List<LayerBlock> layers;
    private final Workers workers;
    private final Runnable[] tasks;
    private final AtomicReferenceArray<Decomposition<double[][]>> found;
    private double damping;

    LayerDecompositions(List<LayerBlock> layers, Workers workers) {
        this.layers = layers;
        this.workers = workers;
        this.found = new AtomicReferenceArray<>(layers.size());
        this.tasks = IntStream.range(0, layers.size())
                .boxed()
                .sorted(Comparator.comparingDouble(l -> -layers.get(l).work()))
                .map(l -> (Runnable) () -> found.set(l, layers.get(l).decompose(damping)))
                .toArray(Runnable[]::new);
    }

    /** Decomposes on all workers; called by the stepping thread. */
    Result compute(double lambda) {
        damping = lambda;
        workers.run(tasks);
        return result();
    }

    /** Decomposes on the calling thread. */
    Result computeAlone(double lambda) {
        damping = lambda;
        for (Runnable task : tasks) {
            task.run();
        }
        return result();
    }

    private Result result() {
        return new Result(IntStream.range(0, layers.size()).mapToObj(found::get).toList());
    }
}
