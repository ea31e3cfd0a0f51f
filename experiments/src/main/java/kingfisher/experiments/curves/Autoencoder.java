package kingfisher.experiments.curves;

import java.util.ArrayList;
import java.util.List;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.network.DenseLayer;
import kingfisher.optim.network.Mlp;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.network.ParameterLayout;
import kingfisher.optim.network.ParameterVector;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.ListSampler;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.rng.simple.RandomSource;

/** A network that narrows to a linear code and widens again; its other units are logistic, its outputs are logits. */
final class Autoencoder {

    /** Inputs of a unit that start with a weight (Martens 2010, section 5: sparse initialization). */
    private static final int CONNECTIONS = 15;

    private final Mlp network;

    /**
     * Makes the network and its first weights.
     *
     * @param widths of the inputs, the hidden layers and the code; the other half is the mirror image
     */
    Autoencoder(Backend backend, List<Integer> widths, long seed) {
        List<DenseLayer> layers = new ArrayList<>();
        int code = widths.size() - 1;
        for (int l = 0; l < 2 * code; l++) {
            boolean linear = l == code - 1 || l == 2 * code - 1;
            layers.add(new DenseLayer(
                    (l < code ? "encoder." : "decoder.") + l % code,
                    widths.get(l < code ? l : 2 * code - l),
                    widths.get(l < code ? l + 1 : 2 * code - l - 1),
                    linear ? Activation.IDENTITY : Activation.SIGMOID));
        }
        ParameterLayout.Builder layout = ParameterLayout.builder();
        layers.forEach(layer -> layer.declare(layout));
        ParameterVector parameters = new ParameterVector(backend, layout.build());
        this.network = new Mlp(layers, parameters);
        UniformRandomProvider random = RandomSource.L64_X128_MIX.create(seed);
        for (DenseLayer layer : layers) {
            backend.upload(sparseWeights(layer, random), parameters.view(layer.weightName()));
        }
    }

    /** Weights [inputs × outputs] of which each unit has a few normal ones, and otherwise zeros. */
    private static double[] sparseWeights(DenseLayer layer, UniformRandomProvider random) {
        ZigguratSampler.NormalizedGaussian normal = ZigguratSampler.NormalizedGaussian.of(random);
        double[] weights = new double[layer.inputs() * layer.outputs()];
        List<Integer> inputs = new ArrayList<>();
        for (int i = 0; i < layer.inputs(); i++) {
            inputs.add(i);
        }
        for (int unit = 0; unit < layer.outputs(); unit++) {
            ListSampler.shuffle(random, inputs);
            for (int i = 0; i < Math.min(CONNECTIONS, layer.inputs()); i++) {
                weights[inputs.get(i) * layer.outputs() + unit] = normal.sample();
            }
        }
        return weights;
    }

    ParameterVector parameters() {
        return network.parameters();
    }

    /** Returns a model for batches of this size, on the calling thread alone. */
    NetworkModel model(int batch) {
        return NetworkModel.of(batch, network);
    }
}
