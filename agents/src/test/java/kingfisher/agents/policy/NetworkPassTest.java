package kingfisher.agents.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.Precision;
import kingfisher.optim.backend.nd4j.Nd4jBackend;
import kingfisher.optim.distribution.Categorical;
import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.distribution.Distribution;
import kingfisher.optim.network.ParameterVector;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The gradient of every kind of network against central differences, in double precision. */
class NetworkPassTest {

    private static final int BATCH = 5;
    private static final int INPUTS = 3;
    private static final double SCALE = 0.2;
    private static final Backend BACKEND = new Nd4jBackend(Precision.DOUBLE);

    static List<PolicyValueNetwork> networks() {
        List<Integer> widths = List.of(6, 4);
        Distribution gaussian = DiagonalGaussian.of(2);
        return List.of(
                PolicyValueNetwork.policy(BACKEND, INPUTS, widths, Activation.TANH, Categorical.of(3)),
                PolicyValueNetwork.policy(BACKEND, INPUTS, widths, Activation.ELU, gaussian),
                PolicyValueNetwork.value(BACKEND, INPUTS, widths, Activation.TANH),
                PolicyValueNetwork.shared(BACKEND, INPUTS, widths, Activation.SIGMOID, gaussian),
                PolicyValueNetwork.shared(BACKEND, INPUTS, List.of(), Activation.TANH, Categorical.of(2)));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void gradientEqualsCentralDifferences(PolicyValueNetwork network) {
        network.initialize(1, -0.3, RandomSource.L64_X128_MIX.create(8L));
        Matrix observations = BACKEND.allocate(BATCH, INPUTS);
        BACKEND.upload(RandomSource.L64_X128_MIX.create(9L).doubles(15, -1, 1).toArray(), observations);
        NetworkPass pass = network.pass(BATCH);
        pass.forward(observations);
        for (int i = 0; i < pass.distributionGradient().length; i++) {
            pass.distributionGradient()[i] = Math.sin(i + 1);
        }
        for (int i = 0; i < pass.valueGradient().length; i++) {
            pass.valueGradient()[i] = Math.cos(i);
        }
        ParameterVector gradient = network.parameters().zerosLike();
        pass.backward(SCALE, gradient);
        double[] found = download(gradient);
        double[] parameters = download(network.parameters());
        for (int i = 0; i < parameters.length; i++) {
            double step = 1e-6;
            double value = parameters[i];
            parameters[i] = value + step;
            double above = loss(network, parameters, pass, observations);
            parameters[i] = value - step;
            double below = loss(network, parameters, pass, observations);
            parameters[i] = value;
            assertThat(found[i])
                    .as("%s, parameter %d", network.name(), i)
                    .isCloseTo(SCALE * (above - below) / (2 * step), within(1e-8));
        }
    }

    private static double loss(PolicyValueNetwork network, double[] parameters, NetworkPass pass, Matrix observations) {
        BACKEND.upload(parameters, network.parameters().values());
        pass.forward(observations);
        double sum = 0;
        for (int i = 0; i < pass.distributionParameters().length; i++) {
            sum += Math.sin(i + 1) * pass.distributionParameters()[i];
        }
        for (int i = 0; i < pass.values().length; i++) {
            sum += Math.cos(i) * pass.values()[i];
        }
        return sum;
    }

    private static double[] download(ParameterVector vector) {
        double[] values = new double[vector.layout().size()];
        BACKEND.download(vector.values(), values);
        return values;
    }
}
