package kingfisher.optim.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import kingfisher.optim.Allocations;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.Precision;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.backend.nd4j.Nd4jBackend;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.ModelFixture;
import kingfisher.optim.parallel.Workers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ShardedModelTest {

    private static final long SEED = 20261125;
    private static final int BATCH = 7;

    private final Workers workers = new Workers(2);

    @AfterEach
    void stop() {
        workers.close();
    }

    private static ModelFixture fixture(Backend backend) {
        return ModelFixture.twoHeads(backend, Activation.TANH, BATCH, SEED);
    }

    private static Matrix input(ModelFixture fixture) {
        Matrix input = fixture.backend.allocate(BATCH, fixture.inputs[0].length);
        fixture.backend.upload(
                Arrays.stream(fixture.inputs).flatMapToDouble(Arrays::stream).toArray(), input);
        return input;
    }

    private static ShardedModel sharded(ModelFixture fixture, int shards, Workers workers) {
        return new ShardedModel(BATCH, shards, rows -> fixture.model(0, rows), workers);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, BATCH})
    void passesAreThoseOfTheWholeModel(int shards) {
        ModelFixture fixture = fixture(new Nd4jBackend(Precision.DOUBLE));
        DifferentiableModel whole = fixture.model();
        ShardedModel model = sharded(fixture, shards, workers);
        assertThat(model.batch()).isEqualTo(BATCH);
        assertThat(model.heads()).isEqualTo(2);
        assertThat(model.parameters()).isSameAs(fixture.parameters);
        model.forward(input(fixture));
        model.pushForward(writeCotangents(fixture, whole, model));
        for (int h = 0; h < 2; h++) {
            assertThat(model.width(h)).isEqualTo(whole.width(h));
            assertClose(model.outputs(h), whole.outputs(h), fixture);
            assertClose(model.outputTangents(h), whole.outputTangents(h), fixture);
        }
        List<BiConsumer<DifferentiableModel, ParameterVector>> sums = List.of(
                (each, result) -> each.backward(0.25, result),
                (each, result) -> each.pullBack(0.25, result),
                (each, result) -> each.backwardTangent(0.25, result));
        for (BiConsumer<DifferentiableModel, ParameterVector> sum : sums) {
            ParameterVector expected = fixture.parameters.zerosLike();
            ParameterVector found = fixture.vector(fixture.uniform(fixture.size()));
            sum.accept(whole, expected);
            sum.accept(model, found);
            assertClose(fixture.download(found), fixture.download(expected), fixture);
        }
    }

    /** Writes the same gradients and cotangents for both; returns a direction along which the first has gone. */
    private static ParameterVector writeCotangents(
            ModelFixture fixture, DifferentiableModel whole, DifferentiableModel model) {
        for (int h = 0; h < whole.heads(); h++) {
            int count = BATCH * whole.width(h);
            System.arraycopy(fixture.uniform(count), 0, whole.outputGradients(h), 0, count);
            System.arraycopy(fixture.uniform(count), 0, whole.outputCotangents(h), 0, count);
            System.arraycopy(whole.outputGradients(h), 0, model.outputGradients(h), 0, count);
            System.arraycopy(whole.outputCotangents(h), 0, model.outputCotangents(h), 0, count);
        }
        ParameterVector direction = fixture.vector(fixture.uniform(fixture.size()));
        whole.pushForward(direction);
        return direction;
    }

    private static void assertClose(double[] found, double[] expected, ModelFixture fixture) {
        assertThat(Dense.error(found, expected)).as(fixture.description).isLessThan(1e-13);
    }

    @Test
    void parametersThatTheModelDoesNotHaveAreLeftAlone() {
        Backend backend = new CpuBackend();
        List<DenseLayer> layers = Mlp.layers("net", 3, List.of(2), Activation.TANH);
        ParameterLayout.Builder layout = ParameterLayout.builder();
        layout.add("before", 1, 2);
        layers.forEach(layer -> layer.declare(layout));
        Mlp network = new Mlp(layers, new ParameterVector(backend, layout.build()));
        ShardedModel model = new ShardedModel(4, 2, rows -> NetworkModel.of(rows, network), workers);
        model.forward(backend.allocate(4, 3));
        Arrays.fill(model.outputGradients(0), 1);
        ParameterVector gradient = network.parameters().zerosLike();
        backend.fill(gradient.values(), 5);
        model.backward(1, gradient);
        double[] numbers = new double[layout.build().size()];
        backend.download(gradient.values(), numbers);
        assertThat(numbers).containsExactly(5, 5, 0, 0, 0, 0, 0, 0, 4, 4);
    }

    @Test
    void theBitsDoNotDependOnTheNumberOfThreadsAndNothingIsAllocated() {
        double[][] results = new double[2][];
        for (int threads = 1; threads <= 2; threads++) {
            ModelFixture fixture = fixture(new CpuBackend());
            try (Workers some = new Workers(threads)) {
                ShardedModel model = sharded(fixture, 3, some);
                Matrix input = input(fixture);
                ParameterVector product = fixture.parameters.zerosLike();
                ParameterVector direction = fixture.vector(fixture.uniform(fixture.size()));
                Runnable passes = () -> {
                    model.forward(input);
                    model.pushForward(direction);
                    for (int h = 0; h < 2; h++) {
                        System.arraycopy(
                                model.outputTangents(h), 0, model.outputCotangents(h), 0, BATCH * model.width(h));
                    }
                    model.pullBack(0.1, product);
                };
                assertThat(Allocations.during(1000, passes)).isLessThan(16 * 1000);
                results[threads - 1] = fixture.download(product);
            }
        }
        assertThat(results[1]).isEqualTo(results[0]);
    }

    @Test
    void shardsHaveAbout512Rows() {
        Backend backend = new CpuBackend();
        ModelFixture fixture = ModelFixture.network(backend, Activation.TANH, 1, SEED, 2, 2, 1);
        Mlp network = new Mlp(Mlp.layers("net", 2, List.of(2), Activation.TANH), fixture.parameters);
        List<Integer> rows = new ArrayList<>();
        for (int batch : new int[] {7, 1023, 2048}) {
            ShardedModel.of(
                    batch,
                    count -> {
                        rows.add(count);
                        return NetworkModel.of(count, network);
                    },
                    workers);
        }
        assertThat(rows).containsExactly(7, 1023, 512, 512, 512, 512);
    }

    @Test
    void numbersThatDoNotFitAreRefused() {
        ModelFixture fixture = fixture(new CpuBackend());
        for (int shards : new int[] {0, BATCH + 1}) {
            assertThatThrownBy(() -> sharded(fixture, shards, workers))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("7 rows can't be %d shards", shards);
        }
        ShardedModel model = sharded(fixture, 2, workers);
        Matrix wrong = fixture.backend.allocate(BATCH + 1, 4);
        assertThatThrownBy(() -> model.forward(wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the model is for 7 rows, found 8");
    }
}
