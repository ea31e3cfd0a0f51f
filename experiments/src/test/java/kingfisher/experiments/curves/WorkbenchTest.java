package kingfisher.experiments.curves;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.Precision;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.backend.nd4j.Nd4jBackend;
import kingfisher.optim.curvature.BernoulliDivergence;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.kfac.SupervisedObjective;
import kingfisher.optim.network.ParameterLayout;
import kingfisher.optim.network.ParameterVector;
import org.junit.jupiter.api.Test;

/** What runs work with. */
final class WorkbenchTest {

    private static final long SEED = 20261202;

    @Test
    void theAutoencoderIsItsOwnMirrorImageWithFewWeightsAUnit() {
        try (Backend backend = new CpuBackend()) {
            ParameterVector parameters = new Autoencoder(backend, List.of(784, 30, 10, 6), SEED).parameters();
            List<String> shapes = parameters.layout().entries().stream()
                    .filter(entry -> entry.rows() > 1)
                    .map(entry -> entry.rows() + "×" + entry.columns())
                    .toList();
            assertThat(shapes).containsExactly("784×30", "30×10", "10×6", "6×10", "10×30", "30×784");
            for (ParameterLayout.Entry entry : parameters.layout().entries()) {
                double[] values = new double[entry.rows() * entry.columns()];
                backend.download(parameters.view(entry.name()), values);
                boolean bias = entry.rows() == 1;
                for (int unit = 0; unit < entry.columns(); unit++) {
                    int column = unit;
                    long connections = IntStream.range(0, entry.rows())
                            .filter(row -> values[row * entry.columns() + column] != 0)
                            .count();
                    assertThat(connections)
                            .as("%s, unit %d", entry.name(), unit)
                            .isEqualTo(bias ? 0 : Math.min(15, entry.rows()));
                }
                if (!bias) {
                    double square = Arrays.stream(values).map(x -> x * x).sum();
                    double expected = entry.columns() * Math.min(15, entry.rows());
                    assertThat(square / expected)
                            .as("variance of %s", entry.name())
                            .isBetween(0.6, 1.5);
                }
            }
        }
    }

    @Test
    void codeAndOutputsAreLinearAndTheRestIsLogistic() {
        try (Backend backend = new CpuBackend()) {
            Autoencoder autoencoder = new Autoencoder(backend, List.of(9, 5, 2), SEED);
            assertThat(autoencoder.model(3).layers().stream()
                            .map(layer -> layer.layer().activation()))
                    .containsExactly(Activation.SIGMOID, Activation.IDENTITY, Activation.SIGMOID, Activation.IDENTITY);
        }
    }

    @Test
    void anEpochHasEachRowOnceInAnotherOrder() {
        Batches batches = new Batches(23, 5, SEED);
        Batches same = new Batches(23, 5, SEED);
        int[] before = new int[0];
        for (int epoch = 0; epoch < 3; epoch++) {
            Set<Integer> seen = new HashSet<>();
            int[] order = new int[20];
            for (int b = 0; b < 4; b++) {
                int begin = batches.advance();
                assertThat(same.advance()).isEqualTo(begin);
                for (int i = 0; i < 5; i++) {
                    order[5 * b + i] = batches.rows()[begin + i];
                    seen.add(batches.rows()[begin + i]);
                    assertThat(same.rows()[begin + i]).isEqualTo(batches.rows()[begin + i]);
                }
            }
            assertThat(seen).hasSize(20).allMatch(row -> row >= 0 && row < 23);
            assertThat(order).as("epoch %d", epoch).isNotEqualTo(before);
            before = order;
        }
        assertThatThrownBy(() -> new Batches(4, 5, SEED)).hasMessage("a batch of 5 rows is larger than the data, 4");
    }

    @Test
    void lossAndGradientOfAllImagesDoNotDependOnTheParts() {
        try (Backend backend = new Nd4jBackend(Precision.DOUBLE)) {
            Autoencoder autoencoder = new Autoencoder(backend, List.of(CurveImages.PIXELS, 5, 2), SEED);
            List<WeightedMetric> metrics =
                    List.of(BernoulliDivergence.of(CurveImages.PIXELS).weighted(1));
            double[] numbers = CurveImages.draw(12, SEED);
            Matrix images = backend.allocate(12, CurveImages.PIXELS);
            backend.upload(numbers, images);
            SupervisedObjective whole = new SupervisedObjective(autoencoder.model(12), metrics);
            whole.setBatch(images, List.of(numbers));
            ParameterVector expected = autoencoder.parameters().zerosLike();
            double loss = whole.evaluate(expected);
            for (int part : new int[] {1, 4, 12}) {
                ImageObjective objective = new ImageObjective(autoencoder, images, part, metrics);
                ParameterVector gradient = autoencoder.parameters().zerosLike();
                assertThat(objective.evaluate(gradient)).isCloseTo(loss, within(1e-10));
                assertThat(objective.evaluate()).isCloseTo(loss, within(1e-10));
                assertThat(numbers(gradient)).containsExactly(numbers(expected), within(1e-11));
            }
            assertThatThrownBy(() -> new ImageObjective(autoencoder, images, 5, metrics))
                    .hasMessage("12 images are not whole parts of 5");
        }
    }

    private static double[] numbers(ParameterVector vector) {
        double[] numbers = new double[vector.layout().size()];
        vector.backend().download(vector.values(), numbers);
        return numbers;
    }
}
