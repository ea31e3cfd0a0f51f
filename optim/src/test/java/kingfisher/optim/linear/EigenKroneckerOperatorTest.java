package kingfisher.optim.linear;

import static kingfisher.optim.linear.Dense.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exact damping, equation (23), against dense solves. */
class EigenKroneckerOperatorTest extends LinearOperatorContract {
    private static final int M = 5;
    private static final int N = 3;
    private static final String WHERE = "seed " + SEED;

    private final double[] a = Dense.covariance(M, 2 * M, Dense.random(SEED + 1));
    private final double[] s = Dense.covariance(N, 2 * N, Dense.random(SEED + 2));
    private final double[] g = Dense.uniform(M * N, Dense.random(SEED + 3));

    @Override
    LinearOperator create() {
        return operator(
                Dense.covariance(M, 2 * M, Dense.random(SEED + 1)),
                Dense.covariance(N, 2 * N, Dense.random(SEED + 2)),
                0.01,
                1);
    }

    @Override
    double[] matrix() {
        return damped(a, s, 0.01);
    }

    private static EigenKroneckerOperator operator(double[] a, double[] s, double damping, double power) {
        return new EigenKroneckerOperator(
                SymmetricMatrices.eigen(M, a).orElseThrow(),
                SymmetricMatrices.eigen(N, s).orElseThrow(),
                damping,
                power);
    }

    private static double[] damped(double[] a, double[] s, double damping) {
        return Dense.add(Dense.kronecker(M, a, N, s), Dense.scale(damping, Dense.identity(M * N)));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-8, 1e-4, 1, 1e4})
    void thePowerMinusOneIsTheDampedInverse(double damping) {
        double[] found = Dense.apply(operator(a, s, damping, -1), g);
        assertClose(WHERE, found, Dense.solve(damped(a, s, damping), g), 1e-11);
    }

    /** Fewer examples than inputs: the damped product has eigenvalues λ, up to 1e8 times smaller than the largest. */
    @ParameterizedTest
    @CsvSource({"1e-8, 3e-8", "1e-4, 1e-11", "1, 1e-13", "1e4, 1e-13"})
    void itIsTheDampedInverseForRankDeficientFactorsToo(double damping, double tolerance) {
        double[] flatA = Dense.covariance(M, 2, random);
        double[] flatS = Dense.covariance(N, 1, random);
        double[] found = Dense.apply(operator(flatA, flatS, damping, -1), g);
        assertClose(WHERE, found, Dense.solve(damped(flatA, flatS, damping), g), tolerance);
        // an exact check whatever the condition: where there is no curvature the step is g / λ
        double[] back = Dense.times(damped(flatA, flatS, damping), found);
        assertClose("product, " + WHERE, back, g, tolerance);
    }

    @Test
    void withoutDampingItIsTheProductOfInverses() {
        double[] factored = Dense.apply(
                new KroneckerOperator(new DenseOperator(M, a), new DenseOperator(N, s))
                        .inverse()
                        .orElseThrow(),
                g);
        assertClose(WHERE, Dense.apply(operator(a, s, 0, -1), g), factored, 1e-12);
        assertClose("λ → 0, " + WHERE, Dense.apply(operator(a, s, 1e-13, -1), g), factored, 1e-8);
    }

    @Test
    void withMuchDampingItDividesByIt() {
        double[] found = Dense.scale(1e10, Dense.apply(operator(a, s, 1e10, -1), g));
        assertClose(WHERE, found, g, 1e-9);
    }

    @Test
    void aScaleMovedFromOneFactorToTheOtherChangesNothing() {
        double[] before = Dense.apply(operator(a, s, 1e-3, -1), g);
        for (double scale : new double[] {1e-30, 1e-6, 1e6, 1e30}) {
            double[] after = Dense.apply(operator(Dense.scale(scale, a), Dense.scale(1 / scale, s), 1e-3, -1), g);
            assertClose("scale " + scale + ", " + WHERE, after, before, 1e-11);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1e-8, 1e-2, 1e4})
    void anotherDampingNeedsNoNewDecomposition(double damping) {
        double[] late = Dense.apply(operator(a, s, 0.5, -1).withDamping(damping), g);
        assertThat(late).isEqualTo(Dense.apply(operator(a, s, damping, -1), g));
    }

    @Test
    void theInverseUndoesIt() {
        EigenKroneckerOperator operator = operator(a, s, 1e-3, 1);
        assertClose(WHERE, Dense.apply(operator.inverse(), Dense.apply(operator, g)), g, 1e-12);
    }

    @Test
    void twiceTheInverseRootIsTheInverse() {
        EigenKroneckerOperator root = operator(a, s, 1e-3, -0.5);
        double[] inverse = Dense.apply(operator(a, s, 1e-3, -1), g);
        assertClose(WHERE, Dense.apply(root, Dense.apply(root, g)), inverse, 1e-13);
    }

    /** Factors diag(4, 0) and diag(2, 0, 0) have one product that is not 0. */
    @Test
    void withoutCurvatureAndDampingNoStepIsTaken() {
        EigenKroneckerOperator pseudoInverse = new EigenKroneckerOperator(
                SymmetricMatrices.eigen(2, Dense.diagonal(4, 0)).orElseThrow(),
                SymmetricMatrices.eigen(3, Dense.diagonal(2, 0, 0)).orElseThrow(),
                0,
                -1);
        double[] ones = {1, 1, 1, 1, 1, 1};
        double[] expected = {0.125, 0, 0, 0, 0, 0};
        assertClose("pseudo-inverse", Dense.apply(pseudoInverse, ones), expected, 1e-15);
    }

    /** Rounding leaves eigenvalues of -1e-17 where the true ones are 0; as they are, they would outweigh a small λ. */
    @Test
    void eigenvaluesThatRoundingMadeNegativeCountAsZero() {
        SymmetricEigen left = new SymmetricEigen(2, new double[] {-1e-12, 1}, Dense.identity(2));
        SymmetricEigen right = new SymmetricEigen(1, new double[] {1}, Dense.identity(1));
        EigenKroneckerOperator inverse = new EigenKroneckerOperator(left, right, 1e-12, -1);
        assertClose("inverse", Dense.apply(inverse, new double[] {1, 1}), new double[] {1e12, 1}, 1e-12);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1e-3, Double.NaN, Double.POSITIVE_INFINITY})
    void dampingThatIsNoneIsRefusedWithItsValue(double damping) {
        assertThatThrownBy(() -> operator(a, s, damping, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("damping must be at least 0 and finite: " + damping);
    }
}
