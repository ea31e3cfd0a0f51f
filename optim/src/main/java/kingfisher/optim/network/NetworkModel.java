package kingfisher.optim.network;

import java.util.List;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.parallel.Workers;
import org.jspecify.annotations.Nullable;

/**
 * A trunk of layers with heads on its features, all over one parameter vector.
 *
 * <p>With workers, a batch of 1024 rows or more is cut into parts whose passes run side by side. The cut depends on the
 * size of the batch only: any number of threads gives the same bits, which differ from those without workers by rounding.
 */
public final class NetworkModel extends NetworkLinearization implements DifferentiableModel {

    /**
     * Allocates the working memory for batches of exactly {@code batch} examples.
     *
     * @param trunk may have no layers; the heads then read the input
     * @param workers run the passes, which nobody else may use them during; or null for the calling thread alone
     * @throws IllegalArgumentException if there is no head, or if one does not fit the trunk
     */
    public NetworkModel(int batch, Mlp trunk, List<OutputHead> heads, @Nullable Workers workers) {
        super(new NetworkPart(batch, trunk, requireFit(trunk, heads)), workers);
    }

    /** Whether passes over so many rows are cut into parts for the workers. */
    public static boolean isCut(Backend backend, int rows) {
        return BatchShards.count(backend, rows) > 1;
    }

    /** The same on the calling thread alone. */
    public NetworkModel(int batch, Mlp trunk, List<OutputHead> heads) {
        this(batch, trunk, heads, null);
    }

    private NetworkModel(NetworkPart part) {
        super(part, null);
    }

    private static List<OutputHead> requireFit(Mlp trunk, List<OutputHead> heads) {
        if (heads.isEmpty()) {
            throw new IllegalArgumentException("a model needs a head");
        }
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
        return heads;
    }

    /** Returns the model of one network, with one head, on the calling thread alone. */
    public static NetworkModel of(int batch, Mlp network) {
        return of(batch, network, null);
    }

    /** Returns the model of one network, with one head. */
    public static NetworkModel of(int batch, Mlp network, @Nullable Workers workers) {
        return new NetworkModel(
                batch, new Mlp(List.of(), network.parameters()), List.of(OutputHead.of(network)), workers);
    }

    /**
     * Returns a model of the same network for other examples, on the calling thread alone. Its forward passes and outputs
     * are its own; gradients, tangents and cotangents are in this model's memory, so that many models take turns in what a
     * core's cache holds: no derivative of one outlives a pass of another.
     *
     * @throws IllegalArgumentException if it is to have more examples than this model
     */
    public NetworkModel borrowing(int examples) {
        return new NetworkModel(whole.borrowing(examples));
    }

    @Override
    public double[] outputGradients(int head) {
        return whole.heads.get(head).gradients;
    }

    @Override
    public void forward(Matrix input) {
        shards.forward(input);
    }

    @Override
    public void backward(double scale, ParameterVector gradient) {
        shards.backward(scale, gradient);
    }

    @Override
    public void backwardTangent(double scale, ParameterVector product) {
        shards.backwardTangent(scale, product);
    }
}
