package kingfisher.optim.kfac;

import java.util.List;
import java.util.Objects;
import kingfisher.optim.network.LayerTrace;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.parallel.Workers;
import org.jspecify.annotations.Nullable;

/** Multiplies by the inverse of all layers' curvature, layers and their parts side by side; allocates nothing. */
final class LayerProducts {

    private final List<LayerBlock> layers;
    private final Workers workers;
    private final Runnable[] tasks;
    private final Runnable[] conditions; // what chains compute before
    private final Runnable[] finishing; // second rounds
    private final Runnable[] sums;
    private @Nullable List<LayerTrace> traces;
    private double scale;
    private @Nullable ParameterVector gradient;
    private @Nullable ParameterVector result;
    private double damping;

    LayerProducts(List<LayerBlock> layers, Workers workers) {
        this.layers = layers;
        this.workers = workers;
        this.tasks = LayerBlock.largestFirst(layers, LayerBlock::parts, this::precondition);
        this.finishing =
                LayerBlock.largestFirst(layers, layer -> layer.hasSecondRound() ? layer.parts() : 0, this::finish);
        List<LayerBlock> linked = layers.stream().filter(LayerBlock::isLinked).toList();
        this.conditions = LayerBlock.largestFirst(
                linked, l -> linked.get(l).condition(Objects.requireNonNull(gradient), damping));
        this.sums = LayerBlock.largestFirst(layers, this::preconditionSum);
    }

    /** The arguments are those of {@link CurvatureBlock#precondition}. */
    void run(ParameterVector of, double lambda, ParameterVector into) {
        begin(of, lambda, into);
        if (conditions.length > 0) {
            workers.run(conditions);
        }
        workers.run(tasks);
        if (finishing.length > 0) {
            workers.run(finishing);
        }
    }

    /**
     * The same for a gradient that is {@code factor · Σ_b ā_b Ds_bᵀ} in each layer, of which there is no chain.
     *
     * @param layersOf the same layers of the model whose last backward pass it comes from
     */
    void runSums(List<LayerTrace> layersOf, double factor, ParameterVector of, double lambda, ParameterVector into) {
        begin(of, lambda, into);
        traces = layersOf;
        scale = factor;
        workers.run(sums);
    }

    private void begin(ParameterVector of, double lambda, ParameterVector into) {
        for (int l = 0; l < layers.size(); l++) {
            layers.get(l).requireDecomposition();
        }
        gradient = of;
        damping = lambda;
        result = into;
    }

    private void precondition(LayerBlock block, int part) {
        ParameterVector into = Objects.requireNonNull(result);
        if (block.isLinked()) {
            block.precondition(into);
        } else {
            block.preconditionPart(part, Objects.requireNonNull(gradient), damping, into);
        }
    }

    private void finish(LayerBlock block, int part) {
        block.finishPart(part, Objects.requireNonNull(result));
    }

    private void preconditionSum(int layer) {
        layers.get(layer)
                .preconditionSum(
                        Objects.requireNonNull(traces).get(layer),
                        scale,
                        Objects.requireNonNull(gradient),
                        damping,
                        Objects.requireNonNull(result));
    }
}
