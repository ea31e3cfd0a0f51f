package kingfisher.optim.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.cpu.CpuBackend;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The network against a plain double-precision implementation and central differences of it. */
class MlpTest {

    private static final int BATCH = 7;
    private static final int INPUTS = 3;
    private static final List<Integer> WIDTHS = List.of(5, 4, 2);
    private static final double FLOAT_ERROR = 2e-5;

    private final Backend backend = new CpuBackend();

    @ParameterizedTest
    @EnumSource(Activation.class)
    void forwardEqualsTheDefinition(Activation activation) {
        Fixture fixture = new Fixture(backend, activation, 11);
        double[] output = new double[BATCH * 2];
        backend.download(fixture.network.forward(fixture.input, fixture.trace), output);
        double[] expected = fixture.reference(fixture.parameterValues(), fixture.inputValues);
        assertThat(output).containsExactly(expected, within(FLOAT_ERROR));
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void backwardEqualsCentralDifferencesOfTheDefinition(Activation activation) {
        Fixture fixture = new Fixture(backend, activation, 12);
        double[] weights = new double[BATCH * 2];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Math.sin(i + 1);
        }
        fixture.network.forward(fixture.input, fixture.trace);
        backend.upload(weights, fixture.trace.outputGradient());
        ParameterVector gradient = fixture.network.parameters().zerosLike();
        Matrix inputGradient = backend.allocate(BATCH, INPUTS);
        backend.fill(inputGradient, 1);
        fixture.network.backward(fixture.trace, 1.0 / BATCH, gradient, inputGradient, 1);

        double[] found = new double[gradient.values().size()];
        backend.download(gradient.values(), found);
        double[] parameters = fixture.parameterValues();
        for (int i = 0; i < parameters.length; i++) {
            double expected = fixture.difference(parameters, fixture.inputValues, parameters, i, weights) / BATCH;
            assertThat(found[i]).as("parameter %d", i).isCloseTo(expected, within(FLOAT_ERROR));
        }
        double[] foundInput = new double[BATCH * INPUTS];
        backend.download(inputGradient, foundInput);
        for (int i = 0; i < foundInput.length; i++) {
            double expected = 1 + fixture.difference(parameters, fixture.inputValues, fixture.inputValues, i, weights);
            assertThat(foundInput[i]).as("input %d", i).isCloseTo(expected, within(FLOAT_ERROR));
        }
    }

    @Test
    void traceKeepsInputPreActivationAndPerExampleGradientOfEachLayer() {
        Fixture fixture = new Fixture(backend, Activation.TANH, 13);
        fixture.network.forward(fixture.input, fixture.trace);
        backend.fill(fixture.trace.outputGradient(), 1);
        ParameterVector gradient = fixture.network.parameters().zerosLike();
        fixture.network.backward(fixture.trace, 0.5, gradient, null, 0);
        for (int l = 0; l < WIDTHS.size(); l++) {
            Matrix input = fixture.trace.input(l);
            Matrix preActivation = fixture.trace.preActivation(l);
            Matrix expectedOutput = backend.allocate(BATCH, WIDTHS.get(l));
            backend.activate(fixture.network.layers().get(l).activation(), preActivation, expectedOutput);
            assertThat(download(fixture.trace.output(l))).containsExactly(download(expectedOutput), within(0.0));
            Matrix product = backend.allocate(input.columns(), WIDTHS.get(l));
            backend.multiply(0.5, input, true, fixture.trace.preActivationGradient(l), false, 0, product);
            assertThat(download(gradient.view(2 * l))).containsExactly(download(product), within(1e-7));
        }
    }

    @Test
    void aNetworkWithoutLayersHandsItsInputOn() {
        ParameterLayout layout = ParameterLayout.builder().add("other", 1, 1).build();
        Mlp network = new Mlp(List.of(), new ParameterVector(backend, layout));
        Matrix input = backend.allocate(2, 3);
        assertThat(network.forward(input, network.trace(2))).isSameAs(input);
    }

    /** As a flat sample the numbers of a layer have mean 0 and variance b²/3, and the largest is near b. */
    @Test
    void aUniformStartFillsWeightsAndBiasesBetweenTheirBounds() {
        List<DenseLayer> layers = Mlp.layers("layer", 40, List.of(300, 100), Activation.TANH);
        ParameterLayout.Builder layout = ParameterLayout.builder();
        layers.forEach(layer -> layer.declare(layout));
        Mlp network = new Mlp(layers, new ParameterVector(backend, layout.build()));
        for (int l = 0; l < layers.size(); l++) {
            network.initializeUniformly(l, RandomSource.L64_X128_MIX.create(21L));
            double bound = 1 / Math.sqrt(layers.get(l).inputs());
            for (String part : List.of("weight", "bias")) {
                double[] values = download(network.parameters().view("layer." + l + "." + part));
                double squares = 0;
                double sum = 0;
                double largest = 0;
                for (double value : values) {
                    sum += value;
                    squares += value * value;
                    largest = Math.max(largest, Math.abs(value));
                }
                double error = 5 / Math.sqrt(values.length); // of numbers of the size of the bound
                assertThat(largest).isBetween(0.9 * bound, bound);
                assertThat(sum / values.length).isCloseTo(0, within(error * bound));
                assertThat(squares / values.length).isCloseTo(bound * bound / 3, within(error * bound * bound));
            }
        }
    }

    @Test
    void aLayerThatDoesNotFitTheOneBeforeIsRefusedByName() {
        List<DenseLayer> layers =
                List.of(new DenseLayer("a", 2, 3, Activation.TANH), new DenseLayer("b", 4, 1, Activation.IDENTITY));
        ParameterLayout.Builder layout = ParameterLayout.builder();
        layers.forEach(layer -> layer.declare(layout));
        ParameterVector parameters = new ParameterVector(backend, layout.build());
        assertThatThrownBy(() -> new Mlp(layers, parameters))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("layer b takes 4 inputs, found 3");
    }

    private double[] download(Matrix matrix) {
        double[] values = new double[matrix.size()];
        backend.download(matrix, values);
        return values;
    }

    /** A 3-5-4-2 network with random parameters and input, and its double-precision definition. */
    private static final class Fixture {
        final Mlp network;
        final ForwardTrace trace;
        final Matrix input;
        final double[] inputValues = new double[BATCH * INPUTS];
        private final Backend backend;

        Fixture(Backend backend, Activation activation, long seed) {
            this.backend = backend;
            List<DenseLayer> layers = new ArrayList<>(Mlp.layers("net", INPUTS, WIDTHS.subList(0, 2), activation));
            layers.add(new DenseLayer("net.2", WIDTHS.get(1), WIDTHS.get(2), Activation.IDENTITY));
            ParameterLayout.Builder layout = ParameterLayout.builder();
            layers.forEach(layer -> layer.declare(layout));
            network = new Mlp(layers, new ParameterVector(backend, layout.build()));
            UniformRandomProvider random = RandomSource.L64_X128_MIX.create(seed);
            double[] values = new double[network.parameters().layout().size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextDouble(-1, 1);
            }
            backend.upload(values, network.parameters().values());
            for (int i = 0; i < inputValues.length; i++) {
                inputValues[i] = (float) random.nextDouble(-2, 2);
            }
            input = backend.allocate(BATCH, INPUTS);
            backend.upload(inputValues, input);
            trace = network.trace(BATCH);
        }

        double[] parameterValues() {
            double[] values = new double[network.parameters().layout().size()];
            backend.download(network.parameters().values(), values);
            return values;
        }

        double[] reference(double[] parameters, double[] inputs) {
            double[] current = inputs;
            for (int l = 0; l < WIDTHS.size(); l++) {
                DenseLayer layer = network.layers().get(l);
                int weight = network.parameters().layout().entries().get(2 * l).offset();
                int bias =
                        network.parameters().layout().entries().get(2 * l + 1).offset();
                double[] next = new double[BATCH * layer.outputs()];
                for (int b = 0; b < BATCH; b++) {
                    for (int n = 0; n < layer.outputs(); n++) {
                        double sum = parameters[bias + n];
                        for (int m = 0; m < layer.inputs(); m++) {
                            sum += current[b * layer.inputs() + m] * parameters[weight + m * layer.outputs() + n];
                        }
                        next[b * layer.outputs() + n] = apply(layer.activation(), sum);
                    }
                }
                current = next;
            }
            return current;
        }

        /** Returns the central difference of Σ weights · output with respect to {@code varied[index]}. */
        double difference(double[] parameters, double[] inputs, double[] varied, int index, double[] weights) {
            double step = 1e-5;
            double value = varied[index];
            varied[index] = value + step;
            double above = weighted(reference(parameters, inputs), weights);
            varied[index] = value - step;
            double below = weighted(reference(parameters, inputs), weights);
            varied[index] = value;
            return (above - below) / (2 * step);
        }

        private static double weighted(double[] output, double[] weights) {
            double sum = 0;
            for (int i = 0; i < output.length; i++) {
                sum += weights[i] * output[i];
            }
            return sum;
        }

        private static double apply(Activation activation, double s) {
            return switch (activation) {
                case TANH -> Math.tanh(s);
                case RELU -> Math.max(s, 0);
                case ELU -> s > 0 ? s : Math.expm1(s);
                case SIGMOID -> 1 / (1 + Math.exp(-s));
                case IDENTITY -> s;
            };
        }
    }
}
