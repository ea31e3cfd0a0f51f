package kingfisher.optim.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.DoubleBackend;
import kingfisher.optim.oracle.ModelFixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A trunk with two heads, one of which has row parameters, against dense Jacobians of plain loops in double. */
class NetworkModelTest {

    private static final long SEED = 20261128;
    private static final int BATCH = 4;

    @ParameterizedTest
    @EnumSource
    void passesAreProductsWithTheJacobian(Activation activation) {
        assertPasses(DoubleBackend.create(), activation, 1e-14);
        assertPasses(new CpuBackend(), activation, 2e-6);
    }

    private static void assertPasses(Backend backend, Activation activation, double error) {
        ModelFixture fixture = ModelFixture.twoHeads(backend, activation, BATCH, SEED);
        NetworkModel model = fixture.model();
        double[] direction = fixture.uniform(fixture.size());
        model.pushForward(fixture.vector(direction));
        double[] expectedGradient = new double[fixture.size()];
        double[] expectedPull = new double[fixture.size()];
        for (int b = 0; b < BATCH; b++) {
            double[] outputs = fixture.reference.outputs(fixture.values, fixture.inputs[b]);
            double[][] jacobian = fixture.reference.jacobian(fixture.values, fixture.inputs[b]);
            for (int o = 0; o < 5; o++) {
                int head = o / 4;
                int at = head == 0 ? 4 * b + o : b;
                assertThat(model.outputs(head)[at]).as(fixture.description).isCloseTo(outputs[o], within(10 * error));
                assertThat(model.outputTangents(head)[at])
                        .as(fixture.description)
                        .isCloseTo(Dense.dot(jacobian[o], direction), within(10 * error));
                model.outputGradients(head)[at] = Math.sin(5 * b + o);
                model.outputCotangents(head)[at] = Math.cos(5 * b + o);
                for (int p = 0; p < fixture.size(); p++) {
                    expectedGradient[p] += 0.25 * Math.sin(5 * b + o) * jacobian[o][p];
                    expectedPull[p] += 0.5 * Math.cos(5 * b + o) * jacobian[o][p];
                }
            }
        }
        ParameterVector gradient = fixture.parameters.zerosLike();
        model.backward(0.25, gradient);
        assertThat(Dense.error(fixture.download(gradient), expectedGradient))
                .as(fixture.description)
                .isLessThan(error);
        ParameterVector product = fixture.parameters.zerosLike();
        model.pullBack(0.5, product);
        assertThat(Dense.error(fixture.download(product), expectedPull))
                .as(fixture.description)
                .isLessThan(error);
    }

    @Test
    void aModelOfOneNetworkHasItsOutputs() {
        Backend backend = new CpuBackend();
        ModelFixture fixture = ModelFixture.network(backend, Activation.TANH, BATCH, SEED, 5, 4, 3);
        NetworkModel model = fixture.model();
        assertThat(model.batch()).isEqualTo(BATCH);
        assertThat(model.heads()).isEqualTo(1);
        assertThat(model.width(0)).isEqualTo(3);
        for (int b = 0; b < BATCH; b++) {
            double[] outputs = fixture.reference.outputs(fixture.values, fixture.inputs[b]);
            for (int o = 0; o < 3; o++) {
                assertThat(model.outputs(0)[3 * b + o]).as(fixture.description).isCloseTo(outputs[o], within(2e-6));
            }
        }
    }

    @Test
    void headsThatDoNotFitAreRefused() {
        Backend backend = new CpuBackend();
        List<DenseLayer> hidden = Mlp.layers("hidden", 4, List.of(3), Activation.TANH);
        DenseLayer fits = new DenseLayer("fits", 3, 2, Activation.IDENTITY);
        DenseLayer wide = new DenseLayer("wide", 5, 2, Activation.IDENTITY);
        ParameterLayout.Builder layout = ParameterLayout.builder();
        hidden.forEach(layer -> layer.declare(layout));
        fits.declare(layout);
        wide.declare(layout);
        layout.add("square", 2, 2);
        ParameterVector parameters = new ParameterVector(backend, layout.build());
        Mlp trunk = new Mlp(hidden, parameters);
        assertRefused(trunk, List.of(), "a model needs a head");
        assertRefused(
                trunk,
                List.of(OutputHead.of(new Mlp(List.of(wide), parameters))),
                "layer wide takes 5 inputs, found 3");
        assertRefused(
                trunk,
                List.of(OutputHead.of(new Mlp(List.of(fits), parameters.zerosLike()))),
                "layer fits has its parameters in another vector than the trunk");
        assertRefused(
                trunk,
                List.of(new OutputHead(new Mlp(List.of(fits), parameters), "square")),
                "a head's outputs that are parameters must be one row: square is 2x2");
        assertRefused(
                new Mlp(List.of(), parameters),
                List.of(
                        OutputHead.of(new Mlp(List.of(fits), parameters)),
                        OutputHead.of(new Mlp(List.of(wide), parameters))),
                "layer wide takes 5 inputs, found 3");
        assertThatThrownBy(() -> OutputHead.of(new Mlp(List.of(), parameters)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a head needs a layer");
    }

    private static void assertRefused(Mlp trunk, List<OutputHead> heads, String message) {
        assertThatThrownBy(() -> new NetworkModel(BATCH, trunk, heads))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
