package kingfisher.experiments.bench;

import java.util.ArrayList;
import java.util.List;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.curvature.SquaredError;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.kfac.SupervisedObjective;
import kingfisher.optim.network.DenseLayer;
import kingfisher.optim.network.DifferentiableModel;
import kingfisher.optim.network.Mlp;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.network.ParameterLayout;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.parallel.Workers;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.rng.simple.RandomSource;

/** A network of any widths with tanh, squared errors, and inputs and targets drawn from the normal distribution. */
final class RegressionProblem {

    private final DifferentiableModel model;
    private final SupervisedObjective objective;
    private final List<WeightedMetric> metrics;

    /**
     * Makes the problem; its numbers are functions of its sizes.
     *
     * @param widths of the inputs, the hidden layers and the outputs
     * @param workers who share the examples
     */
    RegressionProblem(Backend backend, List<Integer> widths, int batch, Workers workers) {
        UniformRandomProvider random = RandomSource.XO_RO_SHI_RO_128_PP.create(1L);
        int last = widths.size() - 1;
        int inputs = widths.get(0);
        int outputs = widths.get(last);
        List<DenseLayer> layers =
                new ArrayList<>(Mlp.layers("hidden", inputs, widths.subList(1, last), Activation.TANH));
        layers.add(new DenseLayer("output", widths.get(last - 1), outputs, Activation.IDENTITY));
        ParameterLayout.Builder layout = ParameterLayout.builder();
        layers.forEach(layer -> layer.declare(layout));
        Mlp network = new Mlp(layers, new ParameterVector(backend, layout.build()));
        for (int l = 0; l < layers.size(); l++) {
            network.initialize(l, 1, random);
        }
        ZigguratSampler.NormalizedGaussian normal = ZigguratSampler.NormalizedGaussian.of(random);
        this.model = NetworkModel.of(batch, network, workers);
        this.metrics = List.of(new SquaredError(outputs).weighted(1));
        Matrix input = backend.allocate(batch, inputs);
        backend.upload(normal.samples((long) batch * inputs).toArray(), input);
        double[] targets = normal.samples((long) batch * outputs).toArray();
        this.objective = new SupervisedObjective(model, metrics);
        objective.setBatch(input, List.of(targets));
    }

    DifferentiableModel model() {
        return model;
    }

    SupervisedObjective objective() {
        return objective;
    }

    List<WeightedMetric> metrics() {
        return metrics;
    }
}
