package kingfisher.optim.linear;

import static kingfisher.optim.linear.Dense.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import kingfisher.optim.linear.Decomposition.Failed;
import kingfisher.optim.linear.Decomposition.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The inverse of A ⊗ B - C ⊗ D against elimination. */
class KroneckerDifferenceInverseTest extends LinearOperatorContract {
    private static final int M = 5;
    private static final int N = 3;
    private static final int SIZE = M * N;
    private static final String WHERE = "seed " + SEED;

    private static double[] positive(int size, long seed) {
        return Dense.add(Dense.covariance(size, 2 * size, Dense.random(seed)), Dense.scale(0.1, Dense.identity(size)));
    }

    /** Of rank two, and below {@link #positive} of the same seed. */
    private static double[] smaller(int size, long seed, double share) {
        double[] factor = SymmetricMatrices.cholesky(size, positive(size, seed))
                .orElseThrow()
                .factor();
        double[] x = Dense.covariance(size, 2, Dense.random(seed + 10));
        double largest = SymmetricMatrices.eigen(size, x).orElseThrow().values()[size - 1];
        double[] half = Dense.multiply(size, size, size, factor, Dense.scale(share / largest, x));
        return Dense.multiply(size, size, size, half, Dense.transpose(size, size, factor));
    }

    private static KroneckerOperator kronecker(int m, double[] a, int n, double[] s) {
        return new KroneckerOperator(new DenseOperator(m, a), new DenseOperator(n, s));
    }

    private static KroneckerOperator first() {
        return kronecker(M, positive(M, SEED + 1), N, positive(N, SEED + 2));
    }

    private static KroneckerOperator second(double left, double right) {
        return kronecker(M, smaller(M, SEED + 1, left), N, smaller(N, SEED + 2, right));
    }

    private static double[] difference(double left, double right) {
        return Dense.add(
                Dense.kronecker(M, positive(M, SEED + 1), N, positive(N, SEED + 2)),
                Dense.scale(-1, Dense.kronecker(M, smaller(M, SEED + 1, left), N, smaller(N, SEED + 2, right))));
    }

    @Override
    LinearOperator create() {
        return KroneckerDifferenceInverse.of(first(), second(0.9, 0.8), 0).orElseThrow();
    }

    @Override
    double[] matrix() {
        return Dense.inverse(SIZE, difference(0.9, 0.8));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 0.999, 0.9999999})
    void itIsTheDenseInverseUpToItsConditioning(double share) {
        double[] g = Dense.uniform(SIZE, random);
        LinearOperator inverse =
                KroneckerDifferenceInverse.of(first(), second(share, 1), 0).orElseThrow();
        assertClose(
                "share %s, %s".formatted(share, WHERE),
                Dense.apply(inverse, g),
                Dense.solve(difference(share, 1), g),
                1e-13 / (1 - share) + 1e-12);
    }

    /** Only the product of both sides' shares counts. */
    @Test
    void oneSideMayExceedTheOtherMakesUpFor() {
        double[] g = Dense.uniform(SIZE, random);
        LinearOperator inverse =
                KroneckerDifferenceInverse.of(first(), second(3, 0.2), 1e-10).orElseThrow();
        assertClose(WHERE, Dense.apply(inverse, g), Dense.solve(difference(3, 0.2), g), 1e-12);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-2, 1e-6, 1e-10})
    void aSingularDifferenceIsKeptPositiveDefinite(double floor) {
        double largest = 0;
        for (double share : new double[] {1 - 0.5 * floor, 1, 1 + 0.5 * floor}) {
            KroneckerDifferenceInverse inverse = KroneckerDifferenceInverse.of(first(), second(share, 1), floor)
                    .orElseThrow();
            double[] spectrum = SymmetricMatrices.eigen(SIZE, inverse.toDense())
                    .orElseThrow()
                    .values();
            assertThat(spectrum[0]).as("share %s, %s", share, WHERE).isPositive();
            double product = inverse.leftValues()[M - 1] * inverse.rightValues()[N - 1];
            assertThat(1 - product).as("share %s, %s", share, WHERE).isBetween(0.999 * floor, 1.001 * floor + 1e-15);
            largest = Math.max(largest, spectrum[SIZE - 1]);
        }
        double bound = 1 / floor / smallest(first().toDense());
        assertThat(largest).isFinite().isLessThan(1.01 * bound).isGreaterThan(1e-3 * bound);
    }

    private static double smallest(double[] matrix) {
        return SymmetricMatrices.eigen(SIZE, matrix).orElseThrow().values()[0];
    }

    @Test
    void aDifferenceThatIsNotPositiveDefiniteIsAnAnswer() {
        assertReason(Reason.NOT_POSITIVE_DEFINITE, first(), second(1.1, 1), 1e-6);
        assertReason(Reason.NOT_POSITIVE_DEFINITE, first(), second(1 + 2e-6, 1), 1e-6);
    }

    @Test
    void soIsAFactorWithoutAnInverse() {
        double[] zero = new double[M * M];
        double[] negative = Dense.scale(-1, positive(N, SEED));
        assertReason(Reason.NOT_POSITIVE_DEFINITE, kronecker(M, zero, N, positive(N, SEED)), second(0.5, 0.5), 1e-6);
        assertReason(
                Reason.NOT_POSITIVE_DEFINITE, kronecker(M, positive(M, SEED), N, negative), second(0.5, 0.5), 1e-6);
    }

    @Test
    void soAreNumbersThatAreNotFinite() {
        for (int side = 0; side < 4; side++) {
            double[][] factors = {
                positive(M, SEED + 1), positive(N, SEED + 2), smaller(M, SEED + 1, 0.5), smaller(N, SEED + 2, 0.5)
            };
            factors[side][2] = Double.NaN;
            assertReason(
                    Reason.NOT_FINITE,
                    kronecker(M, factors[0], N, factors[1]),
                    kronecker(M, factors[2], N, factors[3]),
                    1e-6);
        }
    }

    private static void assertReason(Reason reason, KroneckerOperator first, KroneckerOperator second, double floor) {
        assertThat(KroneckerDifferenceInverse.of(first, second, floor))
                .as(WHERE)
                .isEqualTo(new Failed<>(reason));
    }

    @Test
    void wrongArgumentsAreNamed() {
        assertThatThrownBy(() -> KroneckerDifferenceInverse.of(first(), second(0.5, 0.5), 1))
                .hasMessage("floor must be in [0, 1): 1.0");
        assertThatThrownBy(() -> KroneckerDifferenceInverse.of(
                        first(), kronecker(N, positive(N, SEED), N, positive(N, SEED)), 0))
                .hasMessage("factors of a difference: expected 5 rows, found 3");
    }

    @Test
    void itsPartsMakeBothMatricesOfASideDiagonal() {
        KroneckerDifferenceInverse inverse =
                KroneckerDifferenceInverse.of(first(), second(0.9, 0.8), 0).orElseThrow();
        assertPencil(M, inverse.leftBasis(), positive(M, SEED + 1), Dense.identity(M));
        assertPencil(M, inverse.leftBasis(), smaller(M, SEED + 1, 0.9), Dense.diagonal(inverse.leftValues()));
        assertPencil(N, inverse.rightBasis(), positive(N, SEED + 2), Dense.identity(N));
        assertPencil(N, inverse.rightBasis(), smaller(N, SEED + 2, 0.8), Dense.diagonal(inverse.rightValues()));
        Arrays.fill(inverse.leftBasis(), 0); // a copy
        assertPencil(M, inverse.leftBasis(), positive(M, SEED + 1), Dense.identity(M));
    }

    private static void assertPencil(int size, double[] basis, double[] matrix, double[] expected) {
        double[] half = Dense.multiply(size, size, size, Dense.transpose(size, size, basis), matrix);
        assertClose(WHERE, Dense.multiply(size, size, size, half, basis), expected, 1e-12);
    }
}
