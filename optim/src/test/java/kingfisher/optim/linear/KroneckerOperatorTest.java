package kingfisher.optim.linear;

import static kingfisher.optim.linear.Dense.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** Equations (15) to (21) and the nine properties of the Kronecker product, against plain loops. */
class KroneckerOperatorTest extends LinearOperatorContract {
    private static final int M = 4;
    private static final int N = 3;
    private static final double ROUNDING = 1e-13;

    // not symmetric, so that a missing transpose shows
    private final double[] a = Dense.uniform(M * M, Dense.random(SEED + 1));
    private final double[] s = Dense.uniform(N * N, Dense.random(SEED + 2));
    private final double[] v = Dense.uniform(M * N, Dense.random(SEED + 3));
    private final double[] positiveA = Dense.covariance(M, 2 * M, Dense.random(SEED + 4));
    private final double[] positiveS = Dense.covariance(N, 2 * N, Dense.random(SEED + 5));

    @Override
    LinearOperator create() {
        return kronecker(
                M, Dense.uniform(M * M, Dense.random(SEED + 1)), N, Dense.uniform(N * N, Dense.random(SEED + 2)));
    }

    @Override
    double[] matrix() {
        return Dense.kronecker(M, a, N, s);
    }

    @Override
    boolean isSelfAdjoint() {
        return false;
    }

    private static KroneckerOperator kronecker(int m, double[] a, int n, double[] s) {
        return new KroneckerOperator(new DenseOperator(m, a), new DenseOperator(n, s));
    }

    @Test
    void inRowMajorOrderTheProductIsAVTimesTheTransposeOfS() {
        double[] expected = Dense.multiply(M, N, N, Dense.multiply(M, M, N, a, v), Dense.transpose(N, N, s));
        assertClose("seed " + SEED, Dense.apply(kronecker(M, a, N, s), v), expected, ROUNDING);
    }

    /** Equation (16), in whose order vec stacks columns: {@code vec(SXB) = (Bᵀ ⊗ S) vec(X)} for X [N × M]. */
    @Test
    void inTheChaptersOrderTheProductIsEquation16() {
        double[] x = Dense.transpose(M, N, v);
        double[] product = Dense.multiply(N, M, M, Dense.multiply(N, N, M, s, x), a);
        double[] stacked = Dense.transpose(N, M, product);
        double[] found = Dense.apply(kronecker(M, Dense.transpose(M, M, a), N, s), Dense.transpose(N, M, x));
        assertClose("seed " + SEED, found, stacked, ROUNDING);
    }

    /** With factors of one size nothing but the numbers tells the orders apart. */
    @Test
    void theFactorsCannotBeExchanged() {
        double[] b = Dense.uniform(M * M, random);
        double[] w = Dense.uniform(M * M, random);
        double[] right = Dense.multiply(M, M, M, Dense.multiply(M, M, M, a, w), Dense.transpose(M, M, b));
        double[] wrong = Dense.multiply(M, M, M, Dense.multiply(M, M, M, b, w), Dense.transpose(M, M, a));
        assertThat(Dense.error(wrong, right)).as("seed %d", SEED).isGreaterThan(0.1);
        assertClose("A ⊗ S, seed " + SEED, Dense.apply(kronecker(M, a, M, b), w), right, ROUNDING);
        assertClose("S ⊗ A, seed " + SEED, Dense.apply(kronecker(M, b, M, a), w), wrong, ROUNDING);
        // stacking columns instead of rows exchanges them, and nothing else does
        double[] stacked = Dense.apply(kronecker(M, b, M, a), Dense.transpose(M, M, w));
        assertClose("stacked, seed " + SEED, stacked, Dense.transpose(M, M, right), ROUNDING);
        assertThat(Dense.error(stacked, right)).as("seed %d", SEED).isGreaterThan(0.1);
    }

    /**
     * The rule for layers: a weight gradient of one example is the outer product of its input a and its output gradient d,
     * row-major as the weights. Over all pairs of some a with some d, which are independent, the mean of vec(ad) vec(ad)ᵀ is
     * A ⊗ S exactly.
     */
    @Test
    void itIsTheSecondMomentOfTheGradientsOfALayerWithIndependentInputsAndOutputs() {
        int examples = 5;
        double[] inputs = Dense.uniform(examples * M, random);
        double[] outputs = Dense.uniform(examples * N, random);
        double[] moment = new double[M * N * M * N];
        for (int i = 0; i < examples; i++) {
            for (int j = 0; j < examples; j++) {
                double[] input = Arrays.copyOfRange(inputs, i * M, (i + 1) * M);
                double[] output = Arrays.copyOfRange(outputs, j * N, (j + 1) * N);
                double[] gradient = Dense.multiply(M, 1, N, input, output);
                double[] square = Dense.multiply(M * N, 1, M * N, gradient, gradient);
                moment = Dense.add(moment, Dense.scale(1.0 / (examples * examples), square));
            }
        }
        double[] factorA = secondMoment(examples, M, inputs);
        double[] factorS = secondMoment(examples, N, outputs);
        assertClose("seed " + SEED, kronecker(M, factorA, N, factorS).toDense(), moment, ROUNDING);
        double[] exchanged = kronecker(N, factorS, M, factorA).toDense();
        assertThat(Dense.error(exchanged, moment)).as("seed %d", SEED).isGreaterThan(0.1);
    }

    private static double[] secondMoment(int rows, int columns, double[] x) {
        return Dense.scale(1.0 / rows, Dense.multiply(columns, rows, columns, Dense.transpose(rows, columns, x), x));
    }

    /** Property 1, equation (17). */
    @Test
    void productsMultiplyFactorByFactor() {
        double[] c = Dense.uniform(M * M, random);
        double[] d = Dense.uniform(N * N, random);
        double[] oneAfterTheOther = Dense.apply(kronecker(M, a, N, s), Dense.apply(kronecker(M, c, N, d), v));
        double[] atOnce = Dense.apply(kronecker(M, Dense.multiply(M, M, M, a, c), N, Dense.multiply(N, N, N, s, d)), v);
        assertClose("seed " + SEED, oneAfterTheOther, atOnce, ROUNDING);
    }

    /** Property 2, equation (18). */
    @Test
    void theTransposeIsThatOfTheFactors() {
        double[] transposed = kronecker(M, Dense.transpose(M, M, a), N, Dense.transpose(N, N, s))
                .toDense();
        assertThat(transposed)
                .isEqualTo(Dense.transpose(M * N, M * N, kronecker(M, a, N, s).toDense()));
    }

    /** Property 3, equations (19) and (22). */
    @Test
    void theInverseIsThatOfTheFactors() {
        KroneckerOperator operator = kronecker(M, positiveA, N, positiveS);
        LinearOperator inverse = operator.inverse().orElseThrow();
        double[] expected = Dense.solve(Dense.kronecker(M, positiveA, N, positiveS), v);
        assertClose("seed " + SEED, Dense.apply(inverse, v), expected, 1e-11);
        assertClose("identity, seed " + SEED, Dense.apply(operator, Dense.apply(inverse, v)), v, 1e-11);
    }

    /** Property 4, equation (20): row-major, {@code vec(uwᵀ) = u ⊗ w}. */
    @Test
    void outerProductsStayOuterProducts() {
        double[] u = Dense.uniform(M, random);
        double[] w = Dense.uniform(N, random);
        double[] outer = Dense.multiply(M, 1, N, u, w);
        double[] expected = Dense.multiply(M, 1, N, Dense.times(a, u), Dense.times(s, w));
        assertClose("seed " + SEED, Dense.apply(kronecker(M, a, N, s), outer), expected, ROUNDING);
    }

    /** Property 5. */
    @Test
    void orthogonalFactorsGiveAnOrthogonalProduct() {
        double[] q = SymmetricMatrices.eigen(M, positiveA).orElseThrow().vectors();
        double[] p = SymmetricMatrices.eigen(N, positiveS).orElseThrow().vectors();
        double[] product = kronecker(M, q, N, p).toDense();
        int n = M * N;
        double[] square = Dense.multiply(n, n, n, Dense.transpose(n, n, product), product);
        assertClose("seed " + SEED, square, Dense.identity(n), ROUNDING);
    }

    /** Property 6. */
    @Test
    void diagonalFactorsGiveADiagonalProduct() {
        double[] product =
                kronecker(2, Dense.diagonal(2, 3), 3, Dense.diagonal(5, 7, 11)).toDense();
        assertThat(product).isEqualTo(Dense.diagonal(10, 14, 22, 15, 21, 33));
    }

    /** Property 7. */
    @Test
    void symmetricFactorsGiveASymmetricProduct() {
        double[] product = kronecker(M, positiveA, N, positiveS).toDense();
        assertThat(product).isEqualTo(Dense.transpose(M * N, M * N, product));
    }

    /** Property 8, equation (21). */
    @Test
    void eigenvaluesAreAllProductsAndEigenvectorsTheProductsOfVectors() {
        SymmetricEigen left = SymmetricMatrices.eigen(M, positiveA).orElseThrow();
        SymmetricEigen right = SymmetricMatrices.eigen(N, positiveS).orElseThrow();
        KroneckerOperator operator = kronecker(M, positiveA, N, positiveS);
        SymmetricEigen all = SymmetricMatrices.eigen(M * N, operator.toDense()).orElseThrow();
        double[] products = Arrays.stream(left.values())
                .flatMap(value -> DoubleStream.of(right.values()).map(other -> value * other))
                .sorted()
                .toArray();
        assertClose("values, seed " + SEED, all.values(), products, ROUNDING);
        for (int i = 0; i < M; i++) {
            for (int j = 0; j < N; j++) {
                double[] vector = Dense.multiply(M, 1, N, column(left, i), column(right, j));
                double[] expected = Dense.scale(left.values()[i] * right.values()[j], vector);
                assertClose(
                        "vector " + i + ", " + j + ", seed " + SEED, Dense.apply(operator, vector), expected, 1e-12);
            }
        }
    }

    private static double[] column(SymmetricEigen eigen, int column) {
        double[] vectors = Dense.transpose(eigen.size(), eigen.size(), eigen.vectors());
        return Arrays.copyOfRange(vectors, column * eigen.size(), (column + 1) * eigen.size());
    }

    /** Property 9. */
    @Test
    void positiveFactorsGiveAPositiveProductAndSemidefiniteOnesASemidefinite() {
        double[] definite = kronecker(M, positiveA, N, positiveS).toDense();
        assertThat(SymmetricMatrices.eigen(M * N, definite).orElseThrow().values()[0])
                .as("seed %d", SEED)
                .isPositive();
        double[] flat = Dense.covariance(M, 2, random);
        double[] semidefinite = kronecker(M, flat, N, positiveS).toDense();
        double[] values =
                SymmetricMatrices.eigen(M * N, semidefinite).orElseThrow().values();
        double largest = values[M * N - 1];
        assertThat(values[0]).as("seed %d", SEED).isCloseTo(0, within(1e-15 * M * N * largest));
        assertThat(Arrays.stream(values).filter(value -> value > 1e-12 * largest))
                .as("seed %d", SEED)
                .hasSize(2 * N);
    }

    @Test
    void traceDeterminantAndNormAreThoseOfTheDenseForm() {
        KroneckerOperator operator = kronecker(M, positiveA, N, positiveS);
        double[] dense = Dense.kronecker(M, positiveA, N, positiveS);
        double trace = 0;
        for (int i = 0; i < M * N; i++) {
            trace += dense[i * M * N + i];
        }
        assertThat(operator.trace()).as("seed %d", SEED).isCloseTo(trace, within(ROUNDING));
        assertThat(operator.frobeniusNorm()).as("seed %d", SEED).isCloseTo(Dense.norm(dense), within(ROUNDING));
        assertThat(operator.inverse().orElseThrow().logDeterminant())
                .as("seed %d", SEED)
                .isCloseTo(Math.log(Dense.determinant(M * N, dense)), within(1e-10));
    }
}
