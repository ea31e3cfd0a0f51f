package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.curvature.Curvatures;
import kingfisher.optim.curvature.NegativeLogLikelihood;
import kingfisher.optim.curvature.SquaredError;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.network.LinearizedModel;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.DoubleBackend;
import kingfisher.optim.oracle.ModelFixture;
import kingfisher.optim.parallel.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Means over rows that count differently, over heads that count differently, and over several batches. */
final class KroneckerWeightsTest {

    private static final long SEED = 20261126;
    private static final double ERROR = 1e-12;

    private final Backend oracle = DoubleBackend.create();

    @ParameterizedTest
    @EnumSource
    void rowsAndHeadsCountByTheirWeights(Execution execution) {
        ModelFixture fixture = ModelFixture.twoHeads(oracle, Activation.TANH, 7, SEED);
        double[] weights = {0.5, 2, 0, 1, 0.25, 3, 0};
        try (KroneckerCurvature curvature = exact(fixture.model(), 1, 0.3, execution)) {
            curvature.rowWeights().set(weights);
            curvature.advance(1, List.of());
            assertFactors(fixture, curvature, weights, 1, 0.3, ERROR);
        }
    }

    @Test
    void rowsAndHeadsCountByTheirWeightsInSinglePrecision() {
        ModelFixture fixture = ModelFixture.twoHeads(new CpuBackend(), Activation.TANH, 7, SEED);
        double[] weights = {0.5, 2, 0, 1, 0.25, 3, 0};
        try (KroneckerCurvature curvature = exact(fixture.model(), 1, 0.3, Execution.SYNCHRONOUS)) {
            curvature.rowWeights().set(weights);
            curvature.advance(1, List.of());
            assertFactors(fixture, curvature, weights, 1, 0.3, 2e-6);
        }
    }

    @Test
    void theWeightsOfTwoHeadsAddUpInTheTrunk() {
        ModelFixture fixture = ModelFixture.twoHeads(oracle, Activation.TANH, 7, SEED);
        try (KroneckerCurvature both = exact(fixture.model(), 0.7, 0.3, Execution.SYNCHRONOUS);
                KroneckerCurvature first = exact(fixture.model(), 0.7, 0, Execution.SYNCHRONOUS);
                KroneckerCurvature second = exact(fixture.model(), 0, 0.3, Execution.SYNCHRONOUS)) {
            both.advance(1, List.of());
            first.advance(1, List.of());
            second.advance(1, List.of());
            double[] sum = Course.matrices(first.blocks().get(0)).get(1);
            double[] more = Course.matrices(second.blocks().get(0)).get(1);
            Arrays.setAll(sum, i -> sum[i] + more[i]);
            assertThat(Dense.error(Course.matrices(both.blocks().get(0)).get(1), sum))
                    .as("S of the first layer of the trunk, %s", fixture.description)
                    .isLessThan(ERROR);
            assertThat(Dense.magnitude(new double[][] {more})).isGreaterThan(1e-3);
        }
    }

    @Test
    void maskedRowsAreLikeABatchWithoutThem() {
        ModelFixture fixture = ModelFixture.twoHeads(oracle, Activation.TANH, 7, SEED);
        try (KroneckerCurvature masked = exact(fixture.model(), 1, 1, Execution.SYNCHRONOUS);
                KroneckerCurvature shorter = exact(fixture.model(2, 3), 1, 1, Execution.SYNCHRONOUS)) {
            masked.rowWeights().set(new double[] {0, 0, 1, 1, 1, 0, 0});
            masked.advance(1, List.of());
            shorter.advance(1, List.of());
            assertThat(Dense.error(Course.numbers(masked), Course.numbers(shorter)))
                    .as(fixture.description)
                    .isLessThan(ERROR);
        }
    }

    @Test
    void weightsOfOneAreNoWeights() {
        ModelFixture fixture = ModelFixture.twoHeads(oracle, Activation.TANH, 7, SEED);
        try (KroneckerCurvature weighted = exact(fixture.model(), 1, 1, Execution.SYNCHRONOUS);
                KroneckerCurvature plain = exact(fixture.model(), 1, 1, Execution.SYNCHRONOUS)) {
            weighted.rowWeights().set(Curvatures.ones(7));
            weighted.advance(1, List.of());
            plain.advance(1, List.of());
            assertThat(Dense.error(Course.numbers(weighted), Course.numbers(plain)))
                    .as(fixture.description)
                    .isLessThan(ERROR);
        }
    }

    @Test
    void unevenBatchesOfAnInitialEstimateAreLikeOneBatch() {
        ModelFixture fixture = ModelFixture.twoHeads(oracle, Activation.TANH, 7, SEED);
        try (KroneckerCurvature parts = exact(fixture.model(), 1, 0.3, Execution.SYNCHRONOUS)) {
            parts.initialize(fixture.model(0, 2), List.of());
            parts.initialize(fixture.model(2, 5), List.of());
            assertFactors(fixture, layers(parts), Curvatures.ones(7), 1, 0.3, ERROR);
        }
    }

    private static KroneckerCurvature exact(LinearizedModel model, double first, double second, Execution execution) {
        return new KroneckerCurvature(
                model,
                metrics(first, second),
                KroneckerSettings.defaults()
                        .withEstimator(FisherEstimator.EXACT)
                        .withExecution(execution, 1),
                SEED,
                new Workers(1));
    }

    private static List<WeightedMetric> metrics(double first, double second) {
        return List.of(
                new NegativeLogLikelihood(DiagonalGaussian.of(2)).weighted(first),
                new SquaredError(1).weighted(second));
    }

    private static List<CurvatureBlock> layers(KroneckerCurvature curvature) {
        return curvature.blocks().stream()
                .filter(block -> block.covered().curvature() == CoveredParameters.Curvature.KRONECKER)
                .toList();
    }

    private static void assertFactors(
            ModelFixture fixture,
            KroneckerCurvature curvature,
            double[] weights,
            double first,
            double second,
            double bound) {
        assertThat(curvature.blocks()).hasSize(5);
        assertFactors(fixture, layers(curvature), weights, first, second, bound);
        double[] row = Course.matrices(curvature.blocks().get(4)).get(0);
        assertThat(Dense.error(row, new double[] {2 * first, 0, 0, 2 * first}))
                .as("the Fisher matrix of log standard deviations, %s", fixture.description)
                .isLessThan(bound);
    }

    private static void assertFactors(
            ModelFixture fixture,
            List<CurvatureBlock> layers,
            double[] weights,
            double first,
            double second,
            double bound) {
        BiFunction<Integer, double[], double[][]> metric = (b, z) -> Curvatures.besides(
                first, Curvatures.gaussianFisher(Arrays.copyOf(z, 4)), second, Curvatures.identity(new double[] {z[4]
                }));
        assertThat(layers).hasSize(4);
        for (CurvatureBlock block : layers) {
            List<double[]> expected = DenseFactors.of(fixture, block.covered(), weights, metric);
            for (int i = 0; i < 2; i++) {
                assertThat(Dense.error(Course.matrices(block).get(i), expected.get(i)))
                        .as("%s of %s, %s", i == 0 ? "A" : "S", block.covered(), fixture.description)
                        .isLessThan(bound);
            }
        }
    }
}
