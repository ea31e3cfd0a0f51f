package kingfisher.optim.network;

import org.jspecify.annotations.Nullable;

/**
 * One group of a model's outputs: what a network makes of the trunk's features and, behind that, parameters that are
 * outputs themselves, the same for every example (the logarithms of standard deviations, say).
 *
 * @param network with one layer or more
 * @param rowParameter name of the parameters [1 × n] that follow the network's outputs, or null if none do
 */
public record OutputHead(Mlp network, @Nullable String rowParameter) {

    /** Checks that there is a layer. */
    public OutputHead {
        if (network.layers().isEmpty()) {
            throw new IllegalArgumentException("a head needs a layer");
        }
    }

    /** Returns a head whose outputs are those of a network. */
    public static OutputHead of(Mlp network) {
        return new OutputHead(network, null);
    }
}
