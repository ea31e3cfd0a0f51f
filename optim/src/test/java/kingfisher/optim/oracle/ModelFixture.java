package kingfisher.optim.oracle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.network.DenseLayer;
import kingfisher.optim.network.Mlp;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.network.OutputHead;
import kingfisher.optim.network.ParameterLayout;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.parallel.Workers;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.jspecify.annotations.Nullable;

/** A small model with random parameters and inputs that every precision holds exactly, and what it means. */
public final class ModelFixture {

    public final String description;
    public final Backend backend;
    public final ReferenceModel reference;
    public final ParameterVector parameters;
    public final double[] values;
    public final double[][] inputs;
    public final UniformRandomProvider random;

    private final Mlp trunk;
    private final List<OutputHead> heads;

    private ModelFixture(String description, Mlp trunk, List<OutputHead> heads, int inputs, int batch, long seed) {
        this.description = description + ", B = " + batch + ", seed " + seed;
        this.backend = trunk.parameters().backend();
        this.parameters = trunk.parameters();
        this.trunk = trunk;
        this.heads = heads;
        this.reference = new ReferenceModel(trunk, heads);
        this.random = RandomSource.L64_X128_MIX.create(seed);
        this.values = uniform(parameters.layout().size());
        this.inputs = IntStream.range(0, batch).mapToObj(b -> uniform(inputs)).toArray(double[][]::new);
        backend.upload(values, parameters.values());
    }

    /** One network: {@code widths} are its inputs, its hidden units and its outputs, which have no activation. */
    public static ModelFixture network(Backend backend, Activation activation, int batch, long seed, int... widths) {
        List<Integer> hidden =
                Arrays.stream(widths, 1, widths.length - 1).boxed().toList();
        List<DenseLayer> layers = new ArrayList<>(Mlp.layers("net", widths[0], hidden, activation));
        layers.add(new DenseLayer("output", widths[widths.length - 2], widths[widths.length - 1], Activation.IDENTITY));
        ParameterLayout.Builder layout = ParameterLayout.builder();
        layers.forEach(layer -> layer.declare(layout));
        ParameterVector parameters = new ParameterVector(backend, layout.build());
        return new ModelFixture(
                "%s network %s on %s".formatted(activation, Arrays.toString(widths), backend.name()),
                new Mlp(List.of(), parameters),
                List.of(OutputHead.of(new Mlp(layers, parameters))),
                widths[0],
                batch,
                seed);
    }

    /** A trunk 4-5-3 with a head of two outputs and two row parameters behind them, and a head of one output. */
    public static ModelFixture twoHeads(Backend backend, Activation activation, int batch, long seed) {
        List<DenseLayer> hidden = Mlp.layers("hidden", 4, List.of(5, 3), activation);
        DenseLayer first = new DenseLayer("first", 3, 2, Activation.IDENTITY);
        DenseLayer second = new DenseLayer("second", 3, 1, Activation.IDENTITY);
        ParameterLayout.Builder layout = ParameterLayout.builder();
        hidden.forEach(layer -> layer.declare(layout));
        first.declare(layout);
        layout.add("row", 1, 2);
        second.declare(layout);
        ParameterVector parameters = new ParameterVector(backend, layout.build());
        return new ModelFixture(
                "%s trunk with two heads on %s".formatted(activation, backend.name()),
                new Mlp(hidden, parameters),
                List.of(
                        new OutputHead(new Mlp(List.of(first), parameters), "row"),
                        OutputHead.of(new Mlp(List.of(second), parameters))),
                4,
                batch,
                seed);
    }

    public int size() {
        return values.length;
    }

    /** Returns a model over rows {@code [first, first + count)} that has seen a forward pass. */
    public NetworkModel model(int first, int count) {
        return model(first, count, null);
    }

    /** Returns a model over all rows that has seen a forward pass, by parts. */
    public NetworkModel model(Workers workers) {
        return model(0, inputs.length, workers);
    }

    private NetworkModel model(int first, int count, @Nullable Workers workers) {
        NetworkModel model = new NetworkModel(count, trunk, heads, workers);
        forward(model, first);
        return model;
    }

    /** Runs a model forward over the rows from {@code first} on. */
    public void forward(NetworkModel model, int first) {
        Matrix input = backend.allocate(model.batch(), inputs[0].length);
        for (int b = 0; b < model.batch(); b++) {
            backend.upload(inputs[first + b], input.rowRange(b, 1));
        }
        model.forward(input);
    }

    /** Returns a model for batches of this size, that has seen no forward pass. */
    public NetworkModel unused(int batch) {
        return new NetworkModel(batch, trunk, heads);
    }

    public NetworkModel model() {
        return model(0, inputs.length);
    }

    public ParameterVector vector(double[] numbers) {
        ParameterVector vector = parameters.zerosLike();
        backend.upload(numbers, vector.values());
        return vector;
    }

    public double[] download(ParameterVector vector) {
        double[] numbers = new double[size()];
        backend.download(vector.values(), numbers);
        return numbers;
    }

    /** Draws numbers in [-1, 1) that every precision holds exactly. */
    public double[] uniform(int count) {
        double[] numbers = new double[count];
        Arrays.setAll(numbers, i -> (float) random.nextDouble(-1, 1));
        return numbers;
    }
}
