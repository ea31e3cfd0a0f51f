package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.curvature.Curvatures;
import kingfisher.optim.curvature.NegativeLogLikelihood;
import kingfisher.optim.curvature.SquaredError;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.distribution.Categorical;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.DoubleBackend;
import kingfisher.optim.oracle.ModelFixture;
import kingfisher.optim.parallel.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which estimator reads the data's targets, and what it makes of them. */
final class FisherEstimatorTest {

    private static final long SEED = 20261129;
    private static final int ROWS = 7;

    private final Backend oracle = DoubleBackend.create();
    private final ModelFixture fixture = ModelFixture.network(oracle, Activation.TANH, ROWS, SEED, 5, 4, 3);

    private double[] factors(Head head, FisherEstimator estimator, long seed, List<double[]> targets) {
        try (KroneckerCurvature curvature = curvature(head, estimator, seed)) {
            curvature.advance(1, targets);
            return Course.numbers(curvature);
        }
    }

    private KroneckerCurvature curvature(Head head, FisherEstimator estimator, long seed) {
        return new KroneckerCurvature(
                fixture.model(),
                List.of(head.term()),
                KroneckerSettings.defaults().withEstimator(estimator).withFactorDecay(0),
                seed,
                new Workers(1));
    }

    private enum Head {
        SQUARED_ERROR,
        CATEGORICAL;

        WeightedMetric term() {
            return switch (this) {
                case SQUARED_ERROR -> new SquaredError(3).weighted(1.5);
                case CATEGORICAL -> new NegativeLogLikelihood(Categorical.of(3)).weighted(1.5);
            };
        }

        /** Targets far from what the model says: a large error, or always the class that is least likely. */
        double[] badTargets(ModelFixture fixture) {
            int size = term().metric().targetSize();
            double[] targets = new double[ROWS * size];
            for (int b = 0; b < ROWS; b++) {
                double[] z = fixture.reference.outputs(fixture.values, fixture.inputs[b]);
                for (int i = 0; i < size; i++) {
                    targets[b * size + i] = this == SQUARED_ERROR ? z[i] + 5 + i + 0.1 * b : leastLikely(z);
                }
            }
            return targets;
        }

        private static int leastLikely(double[] logits) {
            int least = 0;
            for (int i = 1; i < logits.length; i++) {
                least = logits[i] < logits[least] ? i : least;
            }
            return least;
        }

        /** {@code ∂loss/∂z} by the textbook, with the head's weight. */
        double[] gradient(double[] z, double[] targets, int b) {
            double[] gradient = new double[3];
            double sum = Arrays.stream(z).map(Math::exp).sum();
            for (int i = 0; i < 3; i++) {
                gradient[i] = this == SQUARED_ERROR
                        ? z[i] - targets[b * 3 + i]
                        : Math.exp(z[i]) / sum - (i == targets[b] ? 1 : 0);
            }
            return gradient;
        }
    }

    @ParameterizedTest
    @EnumSource
    void sampledFactorsReadNoTargets(Head head) {
        double[] targets = head.badTargets(fixture);
        double[] permuted = targets.clone();
        permuted[0] = targets[targets.length - 1];
        permuted[targets.length - 1] = targets[0];
        double[] nan = new double[targets.length];
        Arrays.fill(nan, Double.NaN);
        double[] expected = factors(head, FisherEstimator.SAMPLED, SEED, List.of(targets));
        for (List<double[]> other : List.of(List.of(permuted), List.of(nan), List.<double[]>of())) {
            assertThat(factors(head, FisherEstimator.SAMPLED, SEED, other))
                    .as("seed %d", SEED)
                    .isEqualTo(expected);
        }
        assertThat(factors(head, FisherEstimator.SAMPLED, SEED + 1, List.of(targets)))
                .as("another seed draws other targets")
                .isNotEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource
    void consecutiveUpdatesDrawOtherTargets(Head head) {
        try (KroneckerCurvature curvature = curvature(head, FisherEstimator.SAMPLED, SEED)) {
            curvature.advance(1, List.of());
            double[] first = Course.numbers(curvature);
            curvature.advance(1, List.of());
            assertThat(Course.numbers(curvature)).as("seed %d", SEED).isNotEqualTo(first);
        }
    }

    @ParameterizedTest
    @EnumSource
    void empiricalFactorsAreThoseOfTheLossGradients(Head head) {
        double[] targets = head.badTargets(fixture);
        double[] exact = factors(head, FisherEstimator.EXACT, SEED, List.of());
        try (KroneckerCurvature curvature = curvature(head, FisherEstimator.EMPIRICAL, SEED)) {
            curvature.advance(1, List.of(targets));
            for (CurvatureBlock block : curvature.blocks()) {
                List<double[]> expected = DenseFactors.of(
                        fixture,
                        block.covered(),
                        Curvatures.ones(ROWS),
                        (b, z) -> outerProduct(head.term().weight(), head.gradient(z, targets, b)));
                for (int i = 0; i < 2; i++) {
                    assertThat(Dense.error(Course.matrices(block).get(i), expected.get(i)))
                            .as("%s, %s", block.covered(), fixture.description)
                            .isLessThan(1e-12);
                }
            }
            assertThat(Dense.error(Course.numbers(curvature), exact))
                    .as("the model fits badly")
                    .isGreaterThan(0.3);
        }
    }

    private static double[][] outerProduct(double factor, double[] vector) {
        double[][] product = new double[vector.length][vector.length];
        for (int i = 0; i < vector.length; i++) {
            for (int j = 0; j < vector.length; j++) {
                product[i][j] = factor * vector[i] * vector[j];
            }
        }
        return product;
    }

    @Test
    void missingTargetsAreNamed() {
        try (KroneckerCurvature curvature = curvature(Head.SQUARED_ERROR, FisherEstimator.EMPIRICAL, SEED)) {
            assertThatThrownBy(() -> curvature.advance(1, List.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the empirical Fisher matrix needs the targets of 1 heads, found 0");
            assertThatThrownBy(() -> curvature.advance(1, List.of(new double[20])))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the empirical Fisher matrix needs 21 targets of head 0, found 20");
            assertThat(curvature.status().step()).isZero();
        }
    }
}
