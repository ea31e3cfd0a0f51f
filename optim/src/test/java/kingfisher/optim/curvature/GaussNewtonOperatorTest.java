package kingfisher.optim.curvature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.distribution.Bernoulli;
import kingfisher.optim.distribution.Categorical;
import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.DoubleBackend;
import kingfisher.optim.oracle.ModelFixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every column of the operator against sums over examples of dense Jacobians and dense output Hessians. */
final class GaussNewtonOperatorTest {

    private static final long SEED = 20261125;
    private static final double DOUBLE_ERROR = 1e-13;
    private static final double FLOAT_ERROR = 1e-6;

    private final Backend oracle = DoubleBackend.create();

    @ParameterizedTest
    @EnumSource(names = {"TANH", "RELU", "ELU", "SIGMOID"})
    void columnsAreSumsOverExamplesInDouble(Activation activation) {
        assertColumns(oracle, activation, DOUBLE_ERROR);
    }

    @ParameterizedTest
    @EnumSource(names = {"TANH", "RELU", "ELU", "SIGMOID"})
    void columnsAreSumsOverExamplesInFloat(Activation activation) {
        assertColumns(new CpuBackend(), activation, FLOAT_ERROR);
    }

    private static void assertColumns(Backend backend, Activation activation, double error) {
        for (int batch : new int[] {1, 5, 7}) {
            ModelFixture wide = ModelFixture.network(backend, activation, batch, SEED, 5, 4, 3);
            assertColumns(wide, new NegativeLogLikelihood(Categorical.of(3)), Curvatures::softmax, error);
            assertColumns(wide, new NegativeLogLikelihood(Bernoulli.of(3)), Curvatures::logistic, error);
            assertColumns(wide, new SquaredError(3), Curvatures::identity, error);
            ModelFixture narrow = ModelFixture.network(backend, activation, batch, SEED + 1, 6, 3, 1);
            assertColumns(narrow, new NegativeLogLikelihood(Bernoulli.of(1)), Curvatures::logistic, error);
            assertColumns(narrow, new SquaredError(1), Curvatures::identity, error);
        }
    }

    private static void assertColumns(
            ModelFixture fixture, OutputMetric metric, Function<double[], double[][]> dense, double error) {
        double[][] actual = Dense.of(new GaussNewtonOperator(fixture.model(), List.of(metric.weighted(1))));
        double[][] expected = Curvatures.pulledBack(fixture, Curvatures.ones(fixture.inputs.length), dense);
        assertThat(Dense.error(actual, expected))
                .as("%s, %s", metric, fixture.description)
                .isLessThan(error);
    }

    @ParameterizedTest
    @EnumSource(names = {"TANH", "RELU", "ELU", "SIGMOID"})
    void matrixIsSymmetricAndPositiveSemidefinite(Activation activation) {
        ModelFixture fixture = ModelFixture.network(oracle, activation, 7, SEED, 5, 4, 3);
        double[][] matrix = Dense.of(new GaussNewtonOperator(
                fixture.model(), List.of(new NegativeLogLikelihood(Categorical.of(3)).weighted(1))));
        assertThat(Dense.error(matrix, Dense.transposed(matrix)))
                .as(fixture.description)
                .isLessThan(DOUBLE_ERROR);
        // 39 parameters with at most 7 · 2 directions that the outputs can tell apart: the matrix is singular
        assertThat(Dense.isPositiveDefinite(matrix, 1e-12 * Dense.magnitude(matrix)))
                .as(fixture.description)
                .isTrue();
        assertThat(Dense.isPositiveDefinite(matrix, -1e-12 * Dense.magnitude(matrix)))
                .as(fixture.description)
                .isFalse();
    }

    @Test
    void headsOnOneTrunkAddUpWithTheirWeights() {
        ModelFixture fixture = ModelFixture.twoHeads(oracle, Activation.TANH, 5, SEED);
        GaussNewtonOperator operator = new GaussNewtonOperator(
                fixture.model(),
                List.of(new NegativeLogLikelihood(Categorical.of(4)).weighted(0.7), new SquaredError(1).weighted(0.3)));
        double[][] expected = Curvatures.pulledBack(fixture, Curvatures.ones(5), GaussNewtonOperatorTest::twoHeads);
        assertThat(Dense.error(Dense.of(operator), expected))
                .as(fixture.description)
                .isLessThan(DOUBLE_ERROR);
    }

    private static double[][] twoHeads(double[] outputs) {
        return Curvatures.besides(0.7, Curvatures.softmax(Arrays.copyOf(outputs, 4)), 0.3, Curvatures.diagonal(1));
    }

    @Test
    void rowsCountByTheirWeights() {
        ModelFixture fixture = ModelFixture.twoHeads(oracle, Activation.SIGMOID, 5, SEED);
        GaussNewtonOperator operator = twoHeads(fixture.model());
        double[] weights = {0.5, 2, 0, 1.25, 3};
        operator.weightRows(weights);
        assertThat(Dense.error(
                        Dense.of(operator), Curvatures.pulledBack(fixture, weights, GaussNewtonOperatorTest::twoHeads)))
                .as(fixture.description)
                .isLessThan(DOUBLE_ERROR);
        operator.weightRows(new double[] {7, 7, 7, 7, 7});
        assertThat(Dense.error(Dense.of(operator), Dense.of(twoHeads(fixture.model()))))
                .as(fixture.description)
                .isLessThan(1e-15);
    }

    @Test
    void maskedRowsAreAsIfTheyWereNotThere() {
        ModelFixture fixture = ModelFixture.twoHeads(oracle, Activation.ELU, 7, SEED);
        GaussNewtonOperator masked = twoHeads(fixture.model());
        masked.weightRows(new double[] {0, 0, 1, 1, 1, 1, 1});
        assertThat(Dense.error(Dense.of(masked), Dense.of(twoHeads(fixture.model(2, 5)))))
                .as(fixture.description)
                .isLessThan(DOUBLE_ERROR);
    }

    @Test
    void batchesOfTwoAndFiveCombineToSevenAtOnce() {
        ModelFixture fixture = ModelFixture.twoHeads(oracle, Activation.RELU, 7, SEED);
        double[][] combined = new double[fixture.size()][fixture.size()];
        Dense.add(2.0 / 7, Dense.of(twoHeads(fixture.model(0, 2))), combined);
        Dense.add(5.0 / 7, Dense.of(twoHeads(fixture.model(2, 5))), combined);
        assertThat(Dense.error(combined, Dense.of(twoHeads(fixture.model()))))
                .as(fixture.description)
                .isLessThan(DOUBLE_ERROR);
    }

    private static GaussNewtonOperator twoHeads(NetworkModel model) {
        return new GaussNewtonOperator(
                model,
                List.of(new NegativeLogLikelihood(Categorical.of(4)).weighted(0.7), new SquaredError(1).weighted(0.3)));
    }

    @Test
    void anotherForwardPassMovesTheOperator() {
        ModelFixture fixture = ModelFixture.network(oracle, Activation.TANH, 5, SEED, 5, 4, 3);
        NetworkModel model = fixture.model();
        List<WeightedMetric> metrics = List.of(new NegativeLogLikelihood(Categorical.of(3)).weighted(1));
        GaussNewtonOperator operator = new GaussNewtonOperator(model, metrics);
        double[] vector = fixture.uniform(fixture.size());
        double[] before = new double[fixture.size()];
        operator.apply(vector, before);
        oracle.scale(1.5, fixture.parameters.values());
        double[] after = new double[fixture.size()];
        NetworkModel fresh = fixture.model();
        new GaussNewtonOperator(fresh, metrics).apply(vector, after);
        Matrix input = oracle.allocate(5, 5);
        for (int b = 0; b < 5; b++) {
            oracle.upload(fixture.inputs[b], input.rowRange(b, 1));
        }
        model.forward(input);
        double[] moved = new double[fixture.size()];
        operator.apply(vector, moved);
        assertThat(moved).as(fixture.description).containsExactly(after).isNotEqualTo(before);
    }

    @Test
    void aGaussianWithLogStandardDeviationHasNoGaussNewtonMatrix() {
        ModelFixture fixture = ModelFixture.twoHeads(oracle, Activation.TANH, 2, SEED);
        List<WeightedMetric> metrics =
                List.of(new NegativeLogLikelihood(DiagonalGaussian.of(2)).weighted(1), new SquaredError(1).weighted(1));
        assertThatThrownBy(() -> new GaussNewtonOperator(fixture.model(), metrics))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("there is no Gauss-Newton matrix for NegativeLogLikelihood")
                .hasMessageContaining("DiagonalGaussian(2)")
                .hasMessageEndingWith("use the Fisher matrix");
        assertThatThrownBy(() -> new HessianOperator(fixture.model(), metrics))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("there is no Hessian matrix for NegativeLogLikelihood");
    }
}
