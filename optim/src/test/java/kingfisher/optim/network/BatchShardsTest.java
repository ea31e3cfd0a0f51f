package kingfisher.optim.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kingfisher.optim.Allocations;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.DoubleBackend;
import kingfisher.optim.oracle.ModelFixture;
import kingfisher.optim.parallel.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Passes over a batch that is cut into parts, against the same passes over the whole. */
final class BatchShardsTest {

    private static final long SEED = 20261125;
    private static final int BATCH = 1601; // three parts, of different sizes

    @Test
    void partsGiveWhatTheWholeGives() {
        assertLikeWhole(DoubleBackend.create(), 1e-13);
        assertLikeWhole(new CpuBackend(), 1e-5);
    }

    private static void assertLikeWhole(Backend backend, double bound) {
        ModelFixture fixture = ModelFixture.twoHeads(backend, Activation.TANH, BATCH, SEED);
        try (Workers workers = new Workers(2)) {
            List<double[]> whole = passes(fixture, fixture.model());
            List<double[]> parts = passes(fixture, fixture.model(workers));
            for (int i = 0; i < whole.size(); i++) {
                assertThat(Dense.error(parts.get(i), whole.get(i)))
                        .as("result %d, %s", i, fixture.description)
                        .isLessThan(bound);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void anyNumberOfThreadsGivesTheSameBits(int threads) {
        ModelFixture fixture = ModelFixture.twoHeads(new CpuBackend(), Activation.TANH, BATCH, SEED);
        try (Workers one = new Workers(1);
                Workers several = new Workers(threads)) {
            List<double[]> expected = passes(fixture, fixture.model(one));
            for (int repetition = 0; repetition < 5; repetition++) {
                List<double[]> actual = passes(fixture, fixture.model(several));
                for (int i = 0; i < expected.size(); i++) {
                    assertThat(actual.get(i))
                            .as("result %d, %s", i, fixture.description)
                            .isEqualTo(expected.get(i));
                }
            }
        }
    }

    @Test
    void theFirstRowsFollowThePartsOfTheWhole() {
        ModelFixture fixture = ModelFixture.twoHeads(DoubleBackend.create(), Activation.ELU, BATCH, SEED);
        try (Workers workers = new Workers(2)) {
            LinearizedModel rows = fixture.model(workers).firstRows(1100); // two parts
            LinearizedModel alone = fixture.model(0, 1100);
            for (LinearizedModel model : List.of(rows, alone)) {
                model.pushForward(fixture.vector(fixture.values));
                for (int h = 0; h < model.heads(); h++) {
                    System.arraycopy(
                            model.outputTangents(h), 0, model.outputCotangents(h), 0, model.outputTangents(h).length);
                }
                model.pullBackToLayers();
            }
            for (int h = 0; h < 2; h++) {
                assertThat(Dense.error(rows.outputTangents(h), alone.outputTangents(h)))
                        .isLessThan(1e-13);
            }
            for (int l = 0; l < rows.layers().size(); l++) {
                assertThat(Dense.error(
                                download(rows.layers().get(l).cotangent()),
                                download(alone.layers().get(l).cotangent())))
                        .as("layer %d", l)
                        .isLessThan(1e-12);
                assertThat(download(rows.layers().get(l).input()))
                        .as("layer %d", l)
                        .hasSameSizeAs(download(alone.layers().get(l).input()));
                assertThat(Dense.error(
                                download(rows.layers().get(l).input()),
                                download(alone.layers().get(l).input())))
                        .as("layer %d", l)
                        .isLessThan(1e-13);
            }
        }
    }

    private static double[] download(Matrix matrix) {
        double[] numbers = new double[matrix.size()];
        DoubleBackend.create().download(matrix, numbers);
        return numbers;
    }

    @Test
    void steadyPassesAllocateNothing() {
        ModelFixture fixture = ModelFixture.network(new CpuBackend(), Activation.TANH, 2048, SEED, 5, 8, 3);
        try (Workers workers = new Workers(1)) {
            NetworkModel model = fixture.model(workers);
            Matrix input = model.layers().get(0).input();
            ParameterVector product = fixture.parameters.zerosLike();
            Runnable passes = () -> {
                model.forward(input);
                model.backward(1, product);
                model.pushForward(fixture.parameters);
                model.pullBack(1, product);
                model.pullBackToLayers();
            };
            for (int i = 0; i < 200; i++) {
                passes.run();
            }
            assertThat(Allocations.during(100, passes)).isLessThan(512);
        }
    }

    private static List<double[]> passes(ModelFixture fixture, NetworkModel model) {
        List<double[]> results = new ArrayList<>();
        ParameterVector product = fixture.parameters.zerosLike();
        model.pushForward(fixture.vector(fixture.values));
        for (int h = 0; h < model.heads(); h++) {
            results.add(model.outputs(h).clone());
            results.add(model.outputTangents(h).clone());
            double[] outputs = model.outputs(h);
            Arrays.setAll(model.outputGradients(h), i -> Math.sin(outputs[i] + i));
            Arrays.setAll(model.outputCotangents(h), i -> Math.cos(outputs[i] + i));
        }
        model.backward(0.5, product);
        results.add(fixture.download(product));
        model.pullBack(0.5, product);
        results.add(fixture.download(product));
        for (int h = 0; h < model.heads(); h++) {
            Arrays.fill(model.outputCotangents(h), 0.25);
        }
        model.backwardTangent(0.5, product);
        results.add(fixture.download(product));
        return results;
    }
}
