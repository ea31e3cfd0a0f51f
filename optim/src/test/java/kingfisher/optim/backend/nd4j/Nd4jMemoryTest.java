package kingfisher.optim.backend.nd4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.Precision;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

final class Nd4jMemoryTest {
    private static final int BATCH = 256;
    private static final int WIDTH = 64;

    /** A layer with an optimizer: some 30 operations a round, most of which would need 64 KiB if they used a copy. */
    private static final class Layer {
        final Backend backend;
        final double[] host = new double[BATCH * WIDTH];
        final int[] rows = new int[BATCH];
        final Matrix input;
        final Matrix gathered;
        final Matrix bias;
        final Matrix s;
        final Matrix y;
        final Matrix delta;
        final Matrix parameters;
        final Matrix weights;
        final Matrix gradient;
        final Matrix first;
        final Matrix second;
        final Matrix rowFactors;
        final Matrix covariance;

        Layer(Backend backend) {
            this.backend = backend;
            input = backend.allocate(BATCH, WIDTH);
            gathered = backend.allocate(BATCH, WIDTH);
            s = backend.allocate(BATCH, WIDTH);
            y = backend.allocate(BATCH, WIDTH);
            delta = backend.allocate(BATCH, WIDTH);
            parameters = backend.allocate(1, 7 + WIDTH + WIDTH * WIDTH);
            bias = parameters.reshaped(7, 1, WIDTH);
            weights = parameters.reshaped(7 + WIDTH, WIDTH, WIDTH);
            gradient = backend.allocate(1, parameters.size());
            first = backend.allocate(1, parameters.size());
            second = backend.allocate(1, parameters.size());
            rowFactors = backend.allocate(BATCH, 1);
            covariance = backend.allocate(WIDTH, WIDTH);
        }

        void round() {
            backend.upload(host, input);
            backend.gatherRows(input, rows, 0, gathered);
            backend.broadcastRow(bias, s);
            backend.multiply(1, gathered, false, weights, false, 1, s);
            for (Activation function : Activation.values()) {
                backend.activate(function, s, y);
                backend.fill(delta, 0.5);
                backend.activateBackward(function, s, y, delta);
                backend.addActivationCurvature(function, s, y, gathered, gathered, delta);
            }
            backend.copy(y, delta);
            backend.scale(0.5, delta);
            backend.addScaled(2, y, delta);
            backend.multiply(1, input, true, delta, false, 0, weights);
            backend.sumRows(delta, bias);
            backend.scaleRows(rowFactors, delta, y);
            backend.scaleRows(rowFactors, y, y);
            backend.covariance(0.5, delta, 0.5, covariance);
            backend.divideDamped(bias, bias, 1e3, covariance);
            backend.square(delta, y);
            backend.divideShifted(y, 1, delta);
            backend.adam(parameters, gradient, 0.5, first, second, 1e-3, 0.9, 0.999, 1e-5, 3);
            backend.rmsProp(parameters, gradient, 0.5, second, 1e-3, 0.99, 1e-5, true);
            backend.rmsProp(parameters, gradient, 0.5, second, 1e-3, 0.99, 1e-5, false);
            assertThat(backend.dot(delta, y)).isFinite();
            backend.download(delta, host);
        }
    }

    @ParameterizedTest
    @EnumSource
    void operationsLeaveNothingOffTheHeapToTheGarbageCollector(Precision precision) {
        try (Backend backend = new Nd4jBackend(precision)) {
            Layer layer = new Layer(backend);
            layer.round();
            long created = Nd4j.getDeallocatorService().nextValue();
            long bytes = Pointer.totalBytes();
            long resident = Pointer.physicalBytes();
            for (int i = 0; i < 600; i++) {
                layer.round();
            }
            // each array and each context takes a number from this counter, and so does the question
            assertThat(Nd4j.getDeallocatorService().nextValue() - created).isEqualTo(1);
            assertThat(Pointer.totalBytes() - bytes).isLessThanOrEqualTo(0);
            assertThat(Pointer.physicalBytes() - resident).isLessThan(256L << 20);
        }
    }

    @Test
    void defaultTypeIsLeftAlone() {
        DataType before = Nd4j.dataType();
        try (Backend backend = new Nd4jBackend(Precision.DOUBLE)) {
            new Layer(backend).round();
        }
        assertThat(Nd4j.dataType()).isEqualTo(before).isEqualTo(DataType.FLOAT);
    }

    @Test
    void matrixOfTheOtherPrecisionIsRefused() {
        try (Backend narrow = new Nd4jBackend(Precision.FLOAT);
                Backend wide = new Nd4jBackend(Precision.DOUBLE)) {
            Matrix x = narrow.allocate(2, 2);
            Matrix y = wide.allocate(2, 2);
            assertThatThrownBy(() -> wide.addScaled(1, x, y))
                    .isInstanceOf(ClassCastException.class)
                    .hasMessage("a matrix of FLOAT in a backend of DOUBLE");
            assertThatThrownBy(() -> narrow.copy(x, y)).isInstanceOf(ClassCastException.class);
        }
    }
}
