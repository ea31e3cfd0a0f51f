package kingfisher.optim.linear;

import static kingfisher.optim.linear.Dense.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import kingfisher.optim.linear.Decomposition.Failed;
import kingfisher.optim.linear.Decomposition.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A layer given the next one, against the dense formulas for Gaussian vectors. */
class ConditionalKroneckerTest {
    private static final long SEED = 20261127;
    private static final String WHERE = "seed " + SEED;
    private static final int M = 4;
    private static final int N = 3;
    private static final int NEXT_M = 5;
    private static final int NEXT_N = 2;

    // moments of both layers together, so that they are moments of some distribution
    private final double[] left = Dense.covariance(M + NEXT_M, 6, Dense.random(SEED));
    private final double[] right = Dense.covariance(N + NEXT_N, 4, Dense.random(SEED + 1));

    private static double[] part(double[] whole, int size, int row, int rows, int column, int columns) {
        double[] part = new double[rows * columns];
        for (int i = 0; i < rows; i++) {
            System.arraycopy(whole, (row + i) * size + column, part, i * columns, columns);
        }
        return part;
    }

    private KroneckerOperator own() {
        return new KroneckerOperator(
                new DenseOperator(M, part(left, M + NEXT_M, 0, M, 0, M)),
                new DenseOperator(N, part(right, N + NEXT_N, 0, N, 0, N)));
    }

    private KroneckerOperator next() {
        return new KroneckerOperator(
                new DenseOperator(NEXT_M, part(left, M + NEXT_M, M, NEXT_M, M, NEXT_M)),
                new DenseOperator(NEXT_N, part(right, N + NEXT_N, N, NEXT_N, N, NEXT_N)));
    }

    private double[] leftLag() {
        return part(left, M + NEXT_M, 0, M, M, NEXT_M);
    }

    private double[] rightLag() {
        return part(right, N + NEXT_N, 0, N, N, NEXT_N);
    }

    private static double[] damped(KroneckerOperator curvature, double damping) {
        FactoredDamping split = FactoredDamping.split(damping, curvature);
        int m = curvature.left().size();
        int n = curvature.right().size();
        return Dense.kronecker(
                m,
                Dense.add(curvature.left().toDense(), Dense.scale(split.left(), Dense.identity(m))),
                n,
                Dense.add(curvature.right().toDense(), Dense.scale(split.right(), Dense.identity(n))));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-3, 0.1, 10})
    void itIsTheConditionalDistributionOfGaussianVectors(double damping) {
        int size = M * N;
        int nextSize = NEXT_M * NEXT_N;
        ConditionalKronecker found = ConditionalKronecker.of(own(), next(), leftLag(), rightLag(), damping, 0)
                .orElseThrow();
        double[] lag = Dense.kronecker(M, NEXT_M, leftLag(), N, NEXT_N, rightLag());
        double[] coefficients =
                Dense.multiply(size, nextSize, nextSize, lag, Dense.inverse(nextSize, damped(next(), damping)));
        assertClose(
                "Ψ, λ = %s, %s".formatted(damping, WHERE),
                Dense.kronecker(M, NEXT_M, found.leftCoefficients(), N, NEXT_N, found.rightCoefficients()),
                coefficients,
                1e-10);
        double[] explained = Dense.multiply(size, nextSize, size, coefficients, Dense.transpose(size, nextSize, lag));
        double[] covariance = Dense.add(damped(own(), damping), Dense.scale(-1, explained));
        assertClose(
                "covariance, λ = %s, %s".formatted(damping, WHERE),
                found.inverse().toDense(),
                Dense.inverse(size, covariance),
                1e-9);
        assertThat(SymmetricMatrices.eigen(size, covariance).orElseThrow().values()[0])
                .as(WHERE)
                .isPositive();
    }

    @Test
    void aLayerThatKnowsNothingOfTheNextOneIsLeftAsItIs() {
        double[] nothing = new double[N * NEXT_N];
        ConditionalKronecker found = ConditionalKronecker.of(own(), next(), leftLag(), nothing, 0.1, 1e-10)
                .orElseThrow();
        assertThat(found.rightCoefficients()).containsOnly(0);
        assertClose(WHERE, found.inverse().toDense(), Dense.inverse(M * N, damped(own(), 0.1)), 1e-12);
    }

    @Test
    void whatHasNoInverseIsNamed() {
        double[] broken = leftLag();
        Arrays.fill(broken, Double.NaN);
        assertThat(ConditionalKronecker.of(own(), next(), broken, rightLag(), 0.1, 0))
                .isEqualTo(new Failed<>(Reason.NOT_FINITE));
        KroneckerOperator negative = new KroneckerOperator(
                new DenseOperator(NEXT_M, Dense.scale(-1, Dense.identity(NEXT_M))),
                new DenseOperator(NEXT_N, Dense.identity(NEXT_N)));
        assertThat(ConditionalKronecker.of(own(), negative, leftLag(), rightLag(), 0.1, 0))
                .isEqualTo(new Failed<>(Reason.NOT_POSITIVE_DEFINITE));
        KroneckerOperator negativeRight = new KroneckerOperator(
                new DenseOperator(NEXT_M, Dense.identity(NEXT_M)),
                new DenseOperator(NEXT_N, Dense.scale(-1, Dense.identity(NEXT_N))));
        assertThat(ConditionalKronecker.of(own(), negativeRight, leftLag(), rightLag(), 0.1, 0))
                .isEqualTo(new Failed<>(Reason.NOT_POSITIVE_DEFINITE));
        // what is foretold cannot be more than there is
        assertThat(ConditionalKronecker.of(own(), next(), Dense.scale(10, leftLag()), rightLag(), 0.1, 0))
                .isEqualTo(new Failed<>(Reason.NOT_POSITIVE_DEFINITE));
    }
}
