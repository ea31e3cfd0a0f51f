package kingfisher.optim.kfac;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import kingfisher.optim.linear.Decomposition;
import kingfisher.optim.linear.Decomposition.Failed;
import kingfisher.optim.linear.Decomposition.Found;
import kingfisher.optim.parallel.Workers;

/** Decomposes the factors of all layers. */
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
    private final Runnable[] loads;
    private Result publishing = new Result(List.of());
    private double damping;

    LayerDecompositions(List<LayerBlock> layers, Workers workers) {
        this.layers = layers;
        this.workers = workers;
        this.found = new AtomicReferenceArray<>(layers.size());
        this.tasks = LayerBlock.largestFirst(
                layers, l -> found.set(l, layers.get(l).decompose(layers.get(l).factors(), damping)));
        this.loads = LayerBlock.largestFirst(layers, this::load);
    }

    /** Decomposes the averages on all workers; called by the stepping thread. */
    Result compute(double lambda) {
        damping = lambda;
        workers.run(tasks);
        return new Result(IntStream.range(0, layers.size()).mapToObj(found::get).toList());
    }

    /** Makes what was found count, on all workers; called by the stepping thread. */
    void publish(Result result) {
        publishing = result;
        workers.run(loads);
    }

    private void load(int layer) {
        if (publishing.layers().get(layer) instanceof Found<double[][]> found) {
            layers.get(layer).load(found.value());
        }
    }

    /** Returns copies of each layer's averages. */
    List<double[][]> factors() {
        return layers.stream().map(LayerBlock::factors).toList();
    }

    /** Decomposes copies of averages on the calling thread; may run beside the steps. */
    Result compute(List<double[][]> factors, double lambda) {
        List<Decomposition<double[][]>> results = new ArrayList<>();
        for (int l = 0; l < layers.size(); l++) {
            results.add(layers.get(l).decompose(factors.get(l), lambda));
        }
        return new Result(results);
    }
}
