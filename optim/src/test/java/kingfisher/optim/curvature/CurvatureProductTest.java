package kingfisher.optim.curvature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import kingfisher.optim.Allocations;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.distribution.Categorical;
import kingfisher.optim.linear.LinearOperator;
import kingfisher.optim.network.DifferentiableModel;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.DoubleBackend;
import kingfisher.optim.oracle.ModelFixture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What holds for all three operators: passes, memory, NaN, refusals, and the error of single precision. */
final class CurvatureProductTest {

    private static final long SEED = 20261129;
    private static final int BATCH = 5;
    private static final List<WeightedMetric> METRICS =
            List.of(new NegativeLogLikelihood(Categorical.of(4)).weighted(1), new SquaredError(1).weighted(0.5));

    private static List<LinearOperator> operators(DifferentiableModel model) {
        return List.of(
                new GaussNewtonOperator(model, METRICS),
                new FisherOperator(model, METRICS),
                new HessianOperator(model, METRICS));
    }

    @Test
    void productIsOneForwardAndOneReversePassOfTangents() {
        ModelFixture fixture = ModelFixture.twoHeads(new CpuBackend(), Activation.TANH, BATCH, SEED);
        Map<String, Integer> calls = new TreeMap<>();
        DifferentiableModel counted = counting(DifferentiableModel.class, fixture.model(), calls);
        List<String> reverse = List.of("pullBack", "pullBack", "backwardTangent");
        List<LinearOperator> operators = operators(counted);
        double[] vector = fixture.uniform(fixture.size());
        for (int i = 0; i < operators.size(); i++) {
            calls.clear();
            operators.get(i).apply(vector, new double[fixture.size()]);
            calls.keySet().retainAll(List.of("forward", "backward", "pushForward", "pullBack", "backwardTangent"));
            assertThat(calls).containsOnly(Map.entry("pushForward", 1), Map.entry(reverse.get(i), 1));
        }
    }

    @Test
    void productComputesNoActivationAgain() {
        Map<String, Integer> calls = new TreeMap<>();
        Backend backend = counting(Backend.class, new CpuBackend(), calls);
        ModelFixture fixture = ModelFixture.twoHeads(backend, Activation.TANH, BATCH, SEED);
        NetworkModel model = fixture.model();
        assertThat(calls).containsEntry("activate", 2);
        LinearOperator operator = new GaussNewtonOperator(model, METRICS);
        calls.clear();
        operator.apply(fixture.uniform(fixture.size()), new double[fixture.size()]);
        assertThat(calls).doesNotContainKeys("activate", "addActivationCurvature", "allocate");
        // two a layer in each pass, less the two that stop at the input
        assertThat(calls).containsEntry("multiply", 2 * 2 * 4 - 2);
    }

    private static <T> T counting(Class<T> type, T target, Map<String, Integer> calls) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    calls.merge(method.getName(), 1, Integer::sum);
                    try {
                        return method.invoke(target, arguments);
                    } catch (InvocationTargetException failure) {
                        throw failure.getCause();
                    }
                }));
    }

    @Test
    void nothingIsAllocated() {
        ModelFixture fixture = ModelFixture.twoHeads(new CpuBackend(), Activation.ELU, BATCH, SEED);
        List<LinearOperator> operators = operators(fixture.model());
        double[] vector = fixture.uniform(fixture.size());
        double[] product = new double[fixture.size()];
        for (LinearOperator operator : operators) {
            // an object has 16 bytes or more
            assertThat(Allocations.during(1000, () -> operator.apply(vector, product)))
                    .isLessThan(16 * 1000);
        }
    }

    @Test
    void nanInTheVectorIsSeenAndForgotten() {
        ModelFixture fixture = ModelFixture.twoHeads(new CpuBackend(), Activation.SIGMOID, BATCH, SEED);
        double[] vector = fixture.uniform(fixture.size());
        for (LinearOperator operator : operators(fixture.model())) {
            double[] before = new double[fixture.size()];
            operator.apply(vector, before);
            for (int i = 0; i < vector.length; i++) {
                double[] broken = vector.clone();
                broken[i] = Double.NaN;
                double[] product = new double[fixture.size()];
                operator.apply(broken, product);
                assertThat(Arrays.stream(product).sum())
                        .as("element %d, %s", i, fixture.description)
                        .isNaN();
            }
            double[] after = new double[fixture.size()];
            operator.apply(vector, after);
            assertThat(after).as(fixture.description).containsExactly(before);
        }
    }

    @Test
    void zeroVectorGivesZeroAndScaleComesThrough() {
        ModelFixture fixture = ModelFixture.twoHeads(new CpuBackend(), Activation.TANH, BATCH, SEED);
        double[] vector = fixture.uniform(fixture.size());
        for (LinearOperator operator : operators(fixture.model())) {
            double[] product = Curvatures.ones(fixture.size());
            operator.apply(new double[fixture.size()], product);
            assertThat(Arrays.stream(product).map(Math::abs).sum()).isZero();
            double[] scaled = new double[fixture.size()];
            operator.apply(vector, product);
            operator.apply(Arrays.stream(vector).map(x -> x * 0x1p-60).toArray(), scaled);
            assertThat(Arrays.stream(scaled).map(x -> x * 0x1p60).toArray())
                    .as(fixture.description)
                    .containsExactly(product);
        }
    }

    @Test
    void sizesThatDoNotFitAreRefused() {
        ModelFixture fixture = ModelFixture.twoHeads(new CpuBackend(), Activation.TANH, BATCH, SEED);
        NetworkModel model = fixture.model();
        for (LinearOperator operator : operators(model)) {
            assertThat(operator.size()).isEqualTo(fixture.size()).isEqualTo(57);
            assertRefused(
                    () -> operator.apply(new double[56], new double[57]), "vector: expected 57 numbers, found 56");
            assertRefused(
                    () -> operator.apply(new double[57], new double[58]), "product: expected 57 numbers, found 58");
        }
        assertRefused(() -> new FisherOperator(model, METRICS.subList(0, 1)), "the model has 2 heads, found 1 metrics");
        assertRefused(
                () -> new FisherOperator(model, List.of(METRICS.get(1), METRICS.get(0))),
                "head 0 has 4 outputs, found the metric SquaredError[width=1] of 1");
        GaussNewtonOperator operator = new GaussNewtonOperator(model, METRICS);
        assertRefused(() -> operator.weightRows(new double[4]), "found 4 row weights for 5 rows");
        assertRefused(
                () -> operator.weightRows(new double[] {1, 1, -1, 1, 1}),
                "the weight of row 2 must not be negative: -1.0");
        assertRefused(
                () -> operator.weightRows(new double[] {1, 1, 1, Double.NaN, 1}),
                "the weight of row 3 must not be negative: NaN");
        assertRefused(
                () -> operator.weightRows(new double[5]),
                "the sum of the row weights must be finite and positive: 0.0");
    }

    private static void assertRefused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    /** At the size of a policy for locomotion; the error is that of the largest element of the product. */
    @ParameterizedTest
    @CsvSource({"TANH,64", "RELU,64", "ELU,64", "SIGMOID,64", "TANH,256"})
    void singlePrecisionIsAccurateAtOrdinarySizes(Activation activation, int width) {
        int batch = 256;
        ModelFixture narrow = fixture(new CpuBackend(), activation, batch, width);
        ModelFixture wide = fixture(DoubleBackend.create(), activation, batch, width);
        double[] vector = narrow.uniform(narrow.size());
        NetworkModel narrowModel = prepared(narrow);
        NetworkModel wideModel = prepared(wide);
        List<WeightedMetric> metrics = List.of(new NegativeLogLikelihood(Categorical.of(6)).weighted(1));
        double[] actual = new double[narrow.size()];
        double[] expected = new double[narrow.size()];
        new GaussNewtonOperator(narrowModel, metrics).apply(vector, actual);
        new GaussNewtonOperator(wideModel, metrics).apply(vector, expected);
        assertThat(Dense.error(actual, expected)).as(narrow.description).isLessThan(2e-6);
        new HessianOperator(narrowModel, metrics).apply(vector, actual);
        new HessianOperator(wideModel, metrics).apply(vector, expected);
        assertThat(Dense.error(actual, expected)).as(narrow.description).isLessThan(2e-6);
    }

    /** Returns a network with weights of the usual size, {@code uniform / √inputs}, alike on every backend. */
    private static ModelFixture fixture(Backend backend, Activation activation, int batch, int width) {
        ModelFixture fixture = ModelFixture.network(backend, activation, batch, SEED, 17, width, width, 6);
        double[] values = fixture.values;
        Arrays.setAll(values, i -> (float) (values[i] * 2 / Math.sqrt(width)));
        backend.upload(values, fixture.parameters.values());
        return fixture;
    }

    private static NetworkModel prepared(ModelFixture fixture) {
        NetworkModel model = fixture.model();
        double[] gradients = model.outputGradients(0);
        Arrays.setAll(gradients, Math::sin);
        model.backward(1.0 / model.batch(), fixture.parameters.zerosLike());
        return model;
    }
}
