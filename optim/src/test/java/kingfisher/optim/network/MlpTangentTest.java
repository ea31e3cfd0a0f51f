package kingfisher.optim.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import kingfisher.optim.Allocations;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.oracle.DoubleBackend;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tangents of a 4-5-3 network whose layers both have the activation, against differences of plain loops in double. */
@DisplayName("tangents of a network, seed 20261125")
class MlpTangentTest {

    private static final long SEED = 20261125;
    private static final int BATCH = 6;
    private static final int INPUTS = 4;
    private static final int OUTPUTS = 3;
    private static final double STEP = 1e-5;

    @ParameterizedTest
    @EnumSource
    void outputTangentIsTheCentralDifferenceAlongParametersAndInput(Activation activation) {
        Network network = new Network(DoubleBackend.create(), activation);
        network.tangent.forward(network.direction, network.inputDirection);
        double[] above = network.movedOutput(STEP);
        double[] below = network.movedOutput(-STEP);
        double[] expected = new double[above.length];
        Arrays.setAll(expected, i -> (above[i] - below[i]) / (2 * STEP));
        assertClose(network.host(network.tangent.outputTangent()), expected, 1e-8);
    }

    @ParameterizedTest
    @EnumSource
    void pullBackIsTheAdjointOfTheTangent(Activation activation) {
        Network network = new Network(DoubleBackend.create(), activation);
        Backend backend = network.backend;
        network.tangent.forward(network.direction, network.inputDirection);
        Matrix cotangent = network.matrix(BATCH, OUTPUTS);
        backend.copy(cotangent, network.tangent.outputCotangent());
        double forward = backend.dot(cotangent, network.tangent.outputTangent());
        ParameterVector product = network.direction.zerosLike();
        Matrix inputCotangent = backend.allocate(BATCH, INPUTS);
        network.tangent.pullBack(1, product, inputCotangent, 0);
        double reverse = backend.dot(product.values(), network.direction.values())
                + backend.dot(inputCotangent, network.inputDirection);
        assertThat(reverse).isCloseTo(forward, within(1e-13 * Math.max(1, Math.abs(forward))));
    }

    @ParameterizedTest
    @EnumSource
    void backwardIsTheCentralDifferenceOfTheGradients(Activation activation) {
        Network network = new Network(DoubleBackend.create(), activation);
        Backend backend = network.backend;
        // the loss is Σ c ∘ z + ½ d ∘ z²: its gradient c + d ∘ z has the tangent d ∘ R{z}
        double[] linear = network.host(network.matrix(BATCH, OUTPUTS));
        double[] square = network.host(network.matrix(BATCH, OUTPUTS));
        network.gradient(0, linear, square);
        network.tangent.forward(network.direction, network.inputDirection);
        double[] outputTangent = network.host(network.tangent.outputTangent());
        double[] gradientTangent = new double[square.length];
        Arrays.setAll(gradientTangent, i -> square[i] * outputTangent[i]);
        backend.upload(gradientTangent, network.tangent.outputCotangent());
        ParameterVector product = network.direction.zerosLike();
        Matrix inputProduct = backend.allocate(BATCH, INPUTS);
        backend.fill(inputProduct, 1);
        network.tangent.backward(0.5, product, inputProduct, 1);

        List<double[]> above = network.gradient(STEP, linear, square);
        List<double[]> below = network.gradient(-STEP, linear, square);
        double[] expected = new double[above.get(0).length];
        Arrays.setAll(expected, i -> 0.5 * (above.get(0)[i] - below.get(0)[i]) / (2 * STEP));
        assertClose(network.host(product.values()), expected, 1e-8);
        double[] expectedInput = new double[BATCH * INPUTS];
        Arrays.setAll(expectedInput, i -> 1 + (above.get(1)[i] - below.get(1)[i]) / (2 * STEP));
        assertClose(network.host(inputProduct), expectedInput, 1e-8);
    }

    @Test
    void productsLeaveTheKeptGradientsAlone() {
        Network network = new Network(new CpuBackend(), Activation.TANH);
        network.backend.fill(network.trace.outputGradient(), 1);
        network.mlp.backward(network.trace, 1, network.direction.zerosLike(), null, 0);
        double[] first = network.host(network.trace.preActivationGradient(0));
        double[] last = network.host(network.trace.preActivationGradient(1));
        network.tangent.forward(network.direction, null);
        ParameterVector product = network.direction.zerosLike();
        network.backend.copy(network.tangent.outputTangent(), network.tangent.outputCotangent());
        network.tangent.pullBack(1, product, null, 0);
        network.backend.copy(network.tangent.outputTangent(), network.tangent.outputCotangent());
        network.tangent.backward(1, product, null, 0);
        assertThat(network.host(network.trace.preActivationGradient(0))).containsExactly(first);
        assertThat(network.host(network.trace.preActivationGradient(1))).containsExactly(last);
    }

    @Test
    void noPassAllocates() {
        Network network = new Network(new CpuBackend(), Activation.ELU);
        ParameterVector product = network.direction.zerosLike();
        Matrix inputProduct = network.backend.allocate(BATCH, INPUTS);
        long allocated = Allocations.during(1000, () -> {
            network.tangent.forward(network.direction, network.inputDirection);
            network.tangent.pullBack(1, product, inputProduct, 0);
            network.tangent.backward(1, product, inputProduct, 1);
        });
        // an object has 16 bytes or more
        assertThat(allocated).isLessThan(16 * 1000);
    }

    @Test
    void shapesThatDoNotFitAreRefusedWithTheLayersName() {
        Network network = new Network(new CpuBackend(), Activation.TANH);
        Matrix wide = network.backend.allocate(BATCH, INPUTS + 1);
        assertThatThrownBy(() -> network.tangent.forward(network.direction, wide))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("layer net.0 takes tangents of 4 inputs, found 5");
        assertThatThrownBy(() -> network.mlp.forward(wide, network.trace))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("layer net.0 takes 4 inputs, found 5");
        ParameterVector other = new ParameterVector(
                network.backend, ParameterLayout.builder().add("w", 2, 3).build());
        assertThatThrownBy(() -> network.tangent.forward(other, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a direction has 6 parameters, expected 43");
    }

    @Test
    void backwardWithoutADirectionIsRefused() {
        Network network = new Network(new CpuBackend(), Activation.TANH);
        assertThatThrownBy(() -> network.tangent.backward(1, network.direction.zerosLike(), null, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the tangent has not seen a forward pass");
    }

    private static void assertClose(double[] actual, double[] expected, double error) {
        double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        assertThat(actual).containsExactly(expected, within(error * Math.max(1, largest)));
    }

    /** A network that has seen a forward pass, and a direction in its parameters and its input. */
    private static final class Network {
        final Backend backend;
        final Mlp mlp;
        final ForwardTrace trace;
        final MlpTangent tangent;
        final ParameterVector direction;
        final Matrix input;
        final Matrix inputDirection;
        private final UniformRandomProvider random = RandomSource.L64_X128_MIX.create(SEED);

        Network(Backend backend, Activation activation) {
            this.backend = backend;
            List<DenseLayer> layers = Mlp.layers("net", INPUTS, List.of(5, OUTPUTS), activation);
            ParameterLayout.Builder layout = ParameterLayout.builder();
            layers.forEach(layer -> layer.declare(layout));
            ParameterVector parameters = new ParameterVector(backend, layout.build());
            fill(parameters.values());
            mlp = new Mlp(layers, parameters);
            trace = mlp.trace(BATCH);
            tangent = new MlpTangent(mlp, trace);
            direction = parameters.zerosLike();
            fill(direction.values());
            input = matrix(BATCH, INPUTS);
            inputDirection = matrix(BATCH, INPUTS);
            mlp.forward(input, trace);
        }

        private void fill(Matrix matrix) {
            double[] numbers = new double[matrix.size()];
            Arrays.setAll(numbers, i -> (float) random.nextDouble(-1, 1));
            backend.upload(numbers, matrix);
        }

        Matrix matrix(int rows, int columns) {
            Matrix matrix = backend.allocate(rows, columns);
            fill(matrix);
            return matrix;
        }

        double[] host(Matrix matrix) {
            double[] numbers = new double[matrix.size()];
            backend.download(matrix, numbers);
            return numbers;
        }

        /** Returns the output at parameters and input moved along the direction, by plain loops. */
        double[] movedOutput(double step) {
            double[] w = moved(mlp.parameters().values(), direction.values(), step);
            double[] a = moved(input, inputDirection, step);
            int offset = 0;
            for (DenseLayer layer : mlp.layers()) {
                int columns = layer.outputs();
                double[] next = new double[BATCH * columns];
                for (int b = 0; b < BATCH; b++) {
                    for (int n = 0; n < columns; n++) {
                        double sum = w[offset + layer.inputs() * columns + n];
                        for (int m = 0; m < layer.inputs(); m++) {
                            sum += a[b * layer.inputs() + m] * w[offset + m * columns + n];
                        }
                        next[b * columns + n] = apply(layer.activation(), sum);
                    }
                }
                offset += (layer.inputs() + 1) * columns;
                a = next;
            }
            return a;
        }

        /**
         * Returns the summed gradients in the parameters and each example's in its input, of a loss with the output
         * gradients {@code linear + square ∘ z}, at a point moved along the direction; 0 uses the kept trace.
         */
        List<double[]> gradient(double step, double[] linear, double[] square) {
            ForwardTrace used = trace;
            Mlp moved = mlp;
            if (step != 0) {
                ParameterVector parameters = direction.zerosLike();
                backend.upload(moved(mlp.parameters().values(), direction.values(), step), parameters.values());
                Matrix movedInput = backend.allocate(BATCH, INPUTS);
                backend.upload(moved(input, inputDirection, step), movedInput);
                moved = new Mlp(mlp.layers(), parameters);
                used = moved.trace(BATCH);
                moved.forward(movedInput, used);
            }
            double[] output = host(used.output());
            Arrays.setAll(output, i -> linear[i] + square[i] * output[i]);
            backend.upload(output, used.outputGradient());
            ParameterVector gradient = direction.zerosLike();
            Matrix inputGradient = backend.allocate(BATCH, INPUTS);
            moved.backward(used, 1, gradient, inputGradient, 0);
            return List.of(host(gradient.values()), host(inputGradient));
        }

        private double[] moved(Matrix from, Matrix along, double step) {
            double[] moved = host(from);
            double[] way = host(along);
            Arrays.setAll(moved, i -> moved[i] + step * way[i]);
            return moved;
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
