package kingfisher.optim.linear;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Eigenvalues of their own in the basis of a Kronecker product, against the product of dense matrices. */
class CorrectedKroneckerOperatorTest extends LinearOperatorContract {
    private static final int M = 4;
    private static final int N = 3;

    private static double[] vectors(int size, long seed) {
        return SymmetricMatrices.eigen(size, Dense.covariance(size, 2 * size, Dense.random(seed)))
                .orElseThrow()
                .vectors();
    }

    private static double[] values() {
        return Dense.uniform(M * N, Dense.random(SEED + 3));
    }

    @Override
    LinearOperator create() {
        return new CorrectedKroneckerOperator(M, vectors(M, SEED + 1), N, vectors(N, SEED + 2), values());
    }

    @Override
    double[] matrix() {
        int size = M * N;
        double[] q = Dense.kronecker(M, vectors(M, SEED + 1), N, vectors(N, SEED + 2));
        double[] scaled = Dense.multiply(size, size, size, q, Dense.diagonal(values()));
        return Dense.multiply(size, size, size, scaled, Dense.transpose(size, size, q));
    }

    @Test
    void partsOfOtherSizesAreNamed() {
        assertThatThrownBy(() -> new CorrectedKroneckerOperator(2, new double[3], 1, new double[1], new double[2]))
                .hasMessage("left: expected 4 numbers (2 × 2), found 3");
        assertThatThrownBy(() -> new CorrectedKroneckerOperator(2, new double[4], 1, new double[2], new double[2]))
                .hasMessage("right: expected 1 numbers (1 × 1), found 2");
        assertThatThrownBy(() -> new CorrectedKroneckerOperator(2, new double[4], 1, new double[1], new double[3]))
                .hasMessage("values: expected 2 numbers (2 × 1), found 3");
    }
}
