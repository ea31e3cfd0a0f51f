package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Function;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.curvature.Curvatures;
import kingfisher.optim.curvature.NegativeLogLikelihood;
import kingfisher.optim.curvature.OutputMetric;
import kingfisher.optim.curvature.SquaredError;
import kingfisher.optim.distribution.Bernoulli;
import kingfisher.optim.distribution.Categorical;
import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.DoubleBackend;
import kingfisher.optim.oracle.ModelFixture;
import kingfisher.optim.parallel.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Blocks by the exact estimator against the blocks of the dense Gauss-Newton matrix, where the factorisation is exact: deep
 * linear networks and last layers under squared error, any network at batch one; and where it is not.
 */
final class KroneckerBlocksTest {

    private static final long SEED = 20261125;
    private static final double DOUBLE_ERROR = 1e-12;
    private static final double FLOAT_ERROR = 2e-6;

    private final Backend oracle = DoubleBackend.create();

    @Test
    void everyBlockOfADeepLinearNetworkIsExactUnderSquaredError() {
        for (int batch : new int[] {1, 5, 7}) {
            ModelFixture fixture = ModelFixture.network(oracle, Activation.IDENTITY, batch, SEED, 5, 4, 3, 2);
            assertBlocks(fixture, new SquaredError(2), Curvatures::identity, 3, DOUBLE_ERROR);
            ModelFixture inFloat = ModelFixture.network(new CpuBackend(), Activation.IDENTITY, batch, SEED, 5, 4, 3, 2);
            assertBlocks(inFloat, new SquaredError(2), Curvatures::identity, 3, FLOAT_ERROR);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TANH", "RELU", "ELU", "SIGMOID"})
    void theLastBlockIsExactUnderSquaredError(Activation activation) {
        ModelFixture fixture = ModelFixture.network(oracle, activation, 7, SEED, 5, 4, 3);
        double[][] dense = dense(fixture, Curvatures::identity);
        List<CurvatureBlock> blocks = blocks(fixture, new SquaredError(3));
        assertThat(error(blocks.get(1), dense)).as(fixture.description).isLessThan(DOUBLE_ERROR);
        assertThat(error(blocks.get(0), dense))
                .as("the first block averages over examples: %s", fixture.description)
                .isGreaterThan(1e-3);
    }

    @ParameterizedTest
    @EnumSource(names = {"TANH", "RELU", "ELU", "SIGMOID"})
    void everyBlockIsExactForOneExample(Activation activation) {
        ModelFixture fixture = ModelFixture.network(oracle, activation, 1, SEED, 5, 4, 3);
        assertBlocks(fixture, new NegativeLogLikelihood(Categorical.of(3)), Curvatures::softmax, 2, DOUBLE_ERROR);
        assertBlocks(fixture, new NegativeLogLikelihood(Bernoulli.of(3)), Curvatures::logistic, 2, DOUBLE_ERROR);
        assertBlocks(fixture, new SquaredError(3), Curvatures::identity, 2, DOUBLE_ERROR);
    }

    @Test
    void theWholeMatrixIsExactForASingleLayerOnly() {
        ModelFixture single = ModelFixture.network(oracle, Activation.TANH, 7, SEED, 5, 3);
        double[][] dense = dense(single, Curvatures::identity);
        assertThat(error(blocks(single, new SquaredError(3)).get(0), dense)).isLessThan(DOUBLE_ERROR);
        assertThat(dense.length).isEqualTo(18);
    }

    @Test
    void aSoftmaxLayerDiffersWithSeveralExamples() {
        ModelFixture fixture = ModelFixture.network(oracle, Activation.TANH, 7, SEED, 5, 3);
        double[][] dense = dense(fixture, Curvatures::softmax);
        CurvatureBlock block =
                blocks(fixture, new NegativeLogLikelihood(Categorical.of(3))).get(0);
        assertThat(error(block, dense)).isBetween(1e-4, 1.0);
    }

    @Test
    void logStandardDeviationsHaveTheirExactBlock() {
        ModelFixture fixture = ModelFixture.twoHeads(oracle, Activation.IDENTITY, 7, SEED);
        double[][] dense = Curvatures.pulledBack(
                fixture,
                Curvatures.ones(7),
                z -> Curvatures.besides(
                        1,
                        Curvatures.gaussianFisher(new double[] {z[0], z[1], z[2], z[3]}),
                        0.5,
                        Curvatures.identity(new double[] {z[4]})));
        try (KroneckerCurvature curvature = new KroneckerCurvature(
                fixture.model(),
                List.of(
                        new NegativeLogLikelihood(DiagonalGaussian.of(2)).weighted(1),
                        new SquaredError(1).weighted(0.5)),
                KroneckerSettings.defaults().withEstimator(FisherEstimator.EXACT),
                SEED,
                new Workers(1))) {
            curvature.advance(1, List.of());
            assertThat(curvature.blocks()).hasSize(5);
            for (CurvatureBlock block : curvature.blocks()) {
                assertThat(error(block, dense)).as("%s", block.covered()).isLessThan(DOUBLE_ERROR);
            }
        }
    }

    private void assertBlocks(
            ModelFixture fixture,
            OutputMetric metric,
            Function<double[], double[][]> output,
            int expectedBlocks,
            double bound) {
        double[][] dense = dense(fixture, output);
        List<CurvatureBlock> blocks = blocks(fixture, metric);
        assertThat(blocks).hasSize(expectedBlocks);
        for (CurvatureBlock block : blocks) {
            assertThat(error(block, dense))
                    .as("%s, %s, %s", block.covered(), metric, fixture.description)
                    .isLessThan(bound);
        }
    }

    private static double[][] dense(ModelFixture fixture, Function<double[], double[][]> output) {
        return Curvatures.pulledBack(fixture, Curvatures.ones(fixture.inputs.length), output);
    }

    private static List<CurvatureBlock> blocks(ModelFixture fixture, OutputMetric metric) {
        try (KroneckerCurvature curvature = new KroneckerCurvature(
                fixture.model(),
                List.of(metric.weighted(1)),
                KroneckerSettings.defaults().withEstimator(FisherEstimator.EXACT),
                SEED,
                new Workers(1))) {
            curvature.advance(1, List.of());
            return curvature.blocks();
        }
    }

    /** The block's error against the same block of the dense matrix. */
    private static double error(CurvatureBlock block, double[][] dense) {
        int offset = block.covered().offset();
        int size = block.covered().size();
        double[][] expected = new double[size][size];
        for (int i = 0; i < size; i++) {
            System.arraycopy(dense[offset + i], offset, expected[i], 0, size);
        }
        return Dense.error(Dense.of(block.curvature()), expected);
    }
}
