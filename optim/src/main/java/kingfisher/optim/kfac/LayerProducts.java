package kingfisher.optim.kfac;

import java.util.List;
import java.util.Objects;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.parallel.Workers;
import org.jspecify.annotations.Nullable;

/** Multiplies by the inverses of all layers' blocks side by side; allocates nothing. */
final class LayerProducts {

    private final List<LayerBlock> layers;
    private final Workers workers;
    private final Runnable[] tasks;
    private @Nullable ParameterVector gradient;
    private @Nullable ParameterVector result;
    private double damping;

    LayerProducts(List<LayerBlock> layers, Workers workers) {
        this.layers = layers;
        this.workers = workers;
        this.tasks = LayerBlock.largestFirst(layers, this::precondition);
    }

    /** The arguments are those of {@link CurvatureBlock#precondition}. */
    void run(ParameterVector of, double lambda, ParameterVector into) {
        for (int l = 0; l < layers.size(); l++) {
            layers.get(l).requireDecomposition();
        }
        gradient = of;
        damping = lambda;
        result = into;
        workers.run(tasks);
    }

    private void precondition(int layer) {
        layers.get(layer).precondition(Objects.requireNonNull(gradient), damping, Objects.requireNonNull(result));
    }
}
