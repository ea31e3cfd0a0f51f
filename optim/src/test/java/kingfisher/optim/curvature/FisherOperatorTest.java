package kingfisher.optim.curvature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.distribution.Categorical;
import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.distribution.Distribution;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.DoubleBackend;
import kingfisher.optim.oracle.ModelFixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A Gaussian policy whose log standard deviations are parameters, with a value on the same trunk, and logits. */
final class FisherOperatorTest {

    private static final long SEED = 20261126;
    private static final double[] WEIGHTS = {1, 0.5, 0, 2, 1};

    private final Backend oracle = DoubleBackend.create();

    @ParameterizedTest
    @EnumSource(names = {"TANH", "RELU", "ELU", "SIGMOID"})
    void columnsAreSumsOverExamples(Activation activation) {
        assertColumns(oracle, activation, 1e-13);
        assertColumns(new CpuBackend(), activation, 1e-6);
    }

    private static void assertColumns(Backend backend, Activation activation, double error) {
        ModelFixture fixture = ModelFixture.twoHeads(backend, activation, 5, SEED);
        FisherOperator operator = gaussian(fixture.model());
        operator.weightRows(WEIGHTS);
        double[][] expected = Curvatures.pulledBack(
                fixture,
                WEIGHTS,
                z -> Curvatures.besides(
                        0.6, Curvatures.gaussianFisher(Arrays.copyOf(z, 4)), 0.4, Curvatures.diagonal(1)));
        double[][] actual = Dense.of(operator);
        assertThat(Dense.error(actual, expected)).as(fixture.description).isLessThan(error);
        assertThat(Dense.error(actual, Dense.transposed(actual)))
                .as(fixture.description)
                .isLessThan(error);
        assertThat(Dense.isPositiveDefinite(actual, error * Dense.magnitude(actual)))
                .as(fixture.description)
                .isTrue();
    }

    private static FisherOperator gaussian(NetworkModel model) {
        return new FisherOperator(
                model,
                List.of(
                        new NegativeLogLikelihood(DiagonalGaussian.of(2)).weighted(0.6),
                        new SquaredError(1).weighted(0.4)));
    }

    @Test
    void blockOfTheLogStandardDeviationsIsTwiceTheIdentity() {
        ModelFixture fixture = ModelFixture.twoHeads(oracle, Activation.TANH, 5, SEED);
        double[][] matrix = Dense.of(gaussian(fixture.model()));
        int row = fixture.parameters
                .layout()
                .entries()
                .get(fixture.parameters.layout().index("row"))
                .offset();
        for (int i = 0; i < fixture.size(); i++) {
            assertThat(matrix[row][i]).as(fixture.description).isCloseTo(i == row ? 0.6 * 2 : 0, within(1e-15));
        }
    }

    @Test
    void logitsHaveOneMatrixForBoth() {
        ModelFixture fixture = ModelFixture.network(oracle, Activation.ELU, 7, SEED, 5, 4, 3);
        List<WeightedMetric> metrics = List.of(new NegativeLogLikelihood(Categorical.of(3)).weighted(1));
        assertThat(Dense.of(new FisherOperator(fixture.model(), metrics)))
                .as(fixture.description)
                .isDeepEqualTo(Dense.of(new GaussNewtonOperator(fixture.model(), metrics)));
    }

    /** The divergence is 0 at the first point, with gradient 0: along v it is ½ h² vᵀFv + O(h³). */
    @Test
    void quadraticFormIsTheCurvatureOfTheDivergence() {
        ModelFixture fixture = ModelFixture.twoHeads(oracle, Activation.TANH, 5, SEED);
        NetworkModel model = fixture.model();
        FisherOperator operator = new FisherOperator(
                model,
                List.of(
                        new NegativeLogLikelihood(DiagonalGaussian.of(2)).weighted(1),
                        new SquaredError(1).weighted(0)));
        double[] vector = fixture.uniform(fixture.size());
        double[] product = new double[fixture.size()];
        operator.apply(vector, product);
        double h = 1e-4;
        double above = divergence(fixture, model.outputs(0), vector, h);
        double below = divergence(fixture, model.outputs(0), vector, -h);
        assertThat((above + below) / (h * h) / Dense.dot(vector, product))
                .as(fixture.description)
                .isBetween(1 - 1e-5, 1 + 1e-5);
    }

    private static double divergence(ModelFixture fixture, double[] from, double[] vector, double step) {
        Distribution distribution = DiagonalGaussian.of(2);
        double[] moved = fixture.values.clone();
        Arrays.setAll(moved, i -> moved[i] + step * vector[i]);
        double sum = 0;
        for (int b = 0; b < fixture.inputs.length; b++) {
            double[] to = Arrays.copyOf(fixture.reference.outputs(moved, fixture.inputs[b]), 4);
            double[] divergence = new double[1];
            distribution.kullbackLeibler(1, Arrays.copyOfRange(from, 4 * b, 4 * b + 4), to, divergence);
            sum += divergence[0];
        }
        return sum / fixture.inputs.length;
    }
}
