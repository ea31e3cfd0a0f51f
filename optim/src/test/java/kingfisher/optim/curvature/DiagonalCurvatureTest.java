package kingfisher.optim.curvature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import kingfisher.optim.Allocations;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Precision;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.distribution.Categorical;
import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.DoubleBackend;
import kingfisher.optim.oracle.ModelFixture;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The diagonal against that of the dense Fisher matrix. */
final class DiagonalCurvatureTest {

    private static final long SEED = 20261202;
    private static final double[] ROW_WEIGHTS = {1, 0.5, 0, 2, 3};

    private static double[] diagonal(double[][] matrix) {
        double[] diagonal = new double[matrix.length];
        Arrays.setAll(diagonal, i -> matrix[i][i]);
        return diagonal;
    }

    @ParameterizedTest
    @EnumSource
    void itIsTheDiagonalOfTheFisherMatrix(Precision precision) {
        Backend backend = precision == Precision.DOUBLE ? DoubleBackend.create() : new CpuBackend();
        double bound = precision == Precision.DOUBLE ? 1e-13 : 2e-6;
        ModelFixture fixture = ModelFixture.twoHeads(backend, Activation.TANH, 5, SEED);
        List<WeightedMetric> metrics = List.of(
                new NegativeLogLikelihood(DiagonalGaussian.of(2)).weighted(1), new SquaredError(1).weighted(0.5));
        DiagonalCurvature curvature = new DiagonalCurvature(fixture.model(), metrics);
        ParameterVector found = fixture.parameters.zerosLike();
        for (double[] weights : List.of(Curvatures.ones(5), ROW_WEIGHTS)) {
            curvature.rowWeights().set(weights);
            backend.fill(found.values(), 17);
            curvature.compute(found);
            double[][] fisher = Curvatures.pulledBack(
                    fixture,
                    weights,
                    z -> Curvatures.besides(
                            1,
                            Curvatures.gaussianFisher(new double[] {z[0], z[1], z[2], z[3]}),
                            0.5,
                            Curvatures.identity(new double[] {z[4]})));
            assertThat(Dense.error(fixture.download(found), diagonal(fisher)))
                    .as(fixture.description)
                    .isLessThan(bound);
        }
    }

    @Test
    void itIsTheDiagonalOfTheGaussNewtonMatrixOfLogits() {
        ModelFixture fixture = ModelFixture.network(DoubleBackend.create(), Activation.RELU, 7, SEED, 4, 6, 3);
        DiagonalCurvature curvature = new DiagonalCurvature(
                fixture.model(), List.of(new NegativeLogLikelihood(Categorical.of(3)).weighted(2)));
        ParameterVector found = fixture.parameters.zerosLike();
        curvature.compute(found);
        double[] expected = diagonal(Curvatures.pulledBack(fixture, Curvatures.ones(7), Curvatures::softmax));
        Arrays.setAll(expected, i -> 2 * expected[i]);
        assertThat(Dense.error(fixture.download(found), expected)).isLessThan(1e-13);
    }

    @Test
    void samplesHaveItAsTheirMean() {
        ModelFixture fixture = ModelFixture.twoHeads(new CpuBackend(), Activation.TANH, 5, SEED);
        List<WeightedMetric> metrics = List.of(
                new NegativeLogLikelihood(DiagonalGaussian.of(2)).weighted(1), new SquaredError(1).weighted(0.5));
        DiagonalCurvature curvature = new DiagonalCurvature(fixture.model(), metrics);
        curvature.rowWeights().set(ROW_WEIGHTS);
        ParameterVector vector = fixture.parameters.zerosLike();
        curvature.compute(vector);
        double[] expected = fixture.download(vector);
        double[] mean = new double[expected.length];
        UniformRandomProvider random = RandomSource.L64_X128_MIX.create(SEED);
        int samples = 20_000;
        for (int i = 0; i < samples; i++) {
            curvature.sample(random, vector);
            double[] sample = fixture.download(vector);
            for (int j = 0; j < mean.length; j++) {
                mean[j] += sample[j] / samples;
            }
        }
        assertThat(Dense.error(mean, expected)).as(fixture.description).isLessThan(0.03);
        curvature.sample(RandomSource.L64_X128_MIX.create(3), vector);
        double[] first = fixture.download(vector);
        curvature.sample(RandomSource.L64_X128_MIX.create(3), vector);
        assertThat(fixture.download(vector)).as("the generator decides").isEqualTo(first);
        assertThat(Dense.error(first, expected)).isGreaterThan(0.05);
    }

    @Test
    void nothingIsAllocated() {
        ModelFixture fixture = ModelFixture.twoHeads(new CpuBackend(), Activation.TANH, 5, SEED);
        NetworkModel model = fixture.model();
        List<WeightedMetric> metrics = List.of(
                new NegativeLogLikelihood(DiagonalGaussian.of(2)).weighted(1), new SquaredError(1).weighted(0.5));
        DiagonalCurvature curvature = new DiagonalCurvature(model, metrics);
        ParameterVector diagonal = fixture.parameters.zerosLike();
        Allocations.during(5000, () -> curvature.compute(diagonal)); // until iterators over lists are compiled away
        assertThat(Allocations.during(300, () -> curvature.compute(diagonal))).isZero();
        assertThatThrownBy(() -> new DiagonalCurvature(model, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the model has 2 heads, found 0 metrics");
    }
}
