package kingfisher.optim.linear;

import static kingfisher.optim.linear.Dense.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import kingfisher.optim.linear.Decomposition.Failed;
import kingfisher.optim.linear.Decomposition.Found;
import kingfisher.optim.linear.Decomposition.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Factored damping, equations (22) and (24), against dense solves and exact damping. */
class FactoredInverseTest extends LinearOperatorContract {
    private static final int M = 5;
    private static final int N = 3;
    private static final String WHERE = "seed " + SEED;

    private final double[] a = Dense.covariance(M, 2 * M, Dense.random(SEED + 1));
    private final double[] s = Dense.scale(40, Dense.covariance(N, 2 * N, Dense.random(SEED + 2)));
    private final double[] g = Dense.uniform(M * N, Dense.random(SEED + 3));

    /** The inverse of the product of diag(1, 2) + 1 and diag(3, 4, 5) + 2. */
    @Override
    LinearOperator create() {
        return FactoredInverse.of(
                        kronecker(2, Dense.diagonal(1, 2), 3, Dense.diagonal(3, 4, 5)), new FactoredDamping(1, 2))
                .orElseThrow();
    }

    @Override
    double[] matrix() {
        return Dense.diagonal(1.0 / 10, 1.0 / 12, 1.0 / 14, 1.0 / 15, 1.0 / 18, 1.0 / 21);
    }

    private static KroneckerOperator kronecker(int m, double[] a, int n, double[] s) {
        return new KroneckerOperator(new DenseOperator(m, a), new DenseOperator(n, s));
    }

    private static FactoredInverse inverse(double[] a, double[] s, double lambda) {
        KroneckerOperator curvature = kronecker(M, a, N, s);
        return FactoredInverse.of(curvature, FactoredDamping.split(lambda, curvature))
                .orElseThrow();
    }

    /** The matrix in the middle of equation (24), with π from its definition. */
    private static double[] damped(double[] a, double[] s, double lambda) {
        double pi = Math.sqrt(trace(M, a) / M / (trace(N, s) / N));
        double[] left = Dense.add(a, Dense.scale(pi * Math.sqrt(lambda), Dense.identity(M)));
        double[] right = Dense.add(s, Dense.scale(Math.sqrt(lambda) / pi, Dense.identity(N)));
        return Dense.kronecker(M, left, N, right);
    }

    private static double trace(int n, double[] matrix) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += matrix[i * n + i];
        }
        return sum;
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-8, 1e-4, 1, 1e4})
    void itInvertsTheProductOfDampedFactors(double lambda) {
        double[] found = Dense.apply(inverse(a, s, lambda), g);
        assertClose(WHERE, found, Dense.solve(damped(a, s, lambda), g), 1e-11);
    }

    @ParameterizedTest
    @CsvSource({"1e-8, 1e-7", "1e-4, 1e-11", "1, 1e-12", "1e4, 1e-12"})
    void itInvertsRankDeficientFactorsOnceTheyAreDamped(double lambda, double tolerance) {
        double[] flatA = Dense.covariance(M, 2, random);
        double[] flatS = Dense.covariance(N, 1, random);
        double[] found = Dense.apply(inverse(flatA, flatS, lambda), g);
        assertClose(WHERE, found, Dense.solve(damped(flatA, flatS, lambda), g), tolerance);
    }

    /** The order of matrices in equation (24), which is what makes the factored step the more cautious one. */
    @ParameterizedTest
    @ValueSource(doubles = {1e-8, 1e-4, 1, 1e4})
    void itDampsAtLeastAsMuchAsExactDamping(double lambda) {
        double[] exact = Dense.add(Dense.kronecker(M, a, N, s), Dense.scale(lambda, Dense.identity(M * N)));
        double[] excess = Dense.add(damped(a, s, lambda), Dense.scale(-1, exact));
        assertThat(SymmetricMatrices.eigen(M * N, excess).orElseThrow().values()[0])
                .as(WHERE)
                .isPositive();
        LinearOperator exactInverse = new EigenKroneckerOperator(
                SymmetricMatrices.eigen(M, a).orElseThrow(),
                SymmetricMatrices.eigen(N, s).orElseThrow(),
                lambda,
                -1);
        double cautious = Dense.dot(g, Dense.apply(inverse(a, s, lambda), g));
        assertThat(cautious).as(WHERE).isPositive().isLessThan(Dense.dot(g, Dense.apply(exactInverse, g)));
    }

    @Test
    void aScaleMovedFromOneFactorToTheOtherChangesNothing() {
        double[] before = Dense.apply(inverse(a, s, 1e-3), g);
        for (double scale : new double[] {1e-30, 1e-6, 1e6, 1e30}) {
            double[] after = Dense.apply(inverse(Dense.scale(scale, a), Dense.scale(1 / scale, s), 1e-3), g);
            assertClose("scale " + scale + ", " + WHERE, after, before, 1e-12);
        }
    }

    @Test
    void itsLogDeterminantIsThatOfTheDampedProduct() {
        assertThat(inverse(a, s, 0.01).logDeterminant())
                .as(WHERE)
                .isCloseTo(Math.log(Dense.determinant(M * N, damped(a, s, 0.01))), within(1e-11));
    }

    @Test
    void theLargerJitterOfTheFactorsIsReported() {
        double[] flat = {1, 1, 1, 1 - 1e-9};
        Decomposition<FactoredInverse> found =
                kronecker(2, flat, 3, Dense.identity(3)).inverse();
        assertThat(found).isInstanceOf(Found.class);
        assertThat(((Found<FactoredInverse>) found).jitter()).isEqualTo(1e-6);
    }

    @Test
    void aFactorWithoutInverseIsNamedByItsReason() {
        double[] indefinite = Dense.diagonal(1, -1);
        double[] undefined = {Double.NaN};
        assertThat(kronecker(2, indefinite, 1, Dense.identity(1)).inverse())
                .isEqualTo(new Failed<FactoredInverse>(Reason.NOT_POSITIVE_DEFINITE));
        assertThat(kronecker(2, Dense.identity(2), 1, undefined).inverse())
                .isEqualTo(new Failed<FactoredInverse>(Reason.NOT_FINITE));
    }
}
