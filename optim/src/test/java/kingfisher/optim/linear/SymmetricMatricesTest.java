package kingfisher.optim.linear;

import static kingfisher.optim.linear.Dense.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kingfisher.optim.linear.Decomposition.Failed;
import kingfisher.optim.linear.Decomposition.Found;
import kingfisher.optim.linear.Decomposition.Reason;
import org.apache.commons.rng.UniformRandomProvider;
import org.bytedeco.openblas.global.openblas;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Decompositions by LAPACK and by plain Java, against their definitions. */
class SymmetricMatricesTest {
    private static final long SEED = 20261125;
    private static final double ROUNDING = 1e-13;

    private final UniformRandomProvider random = Dense.random(SEED);

    /** Where the numbers are computed. */
    enum Place {
        NATIVE,
        JAVA;

        Routines routines() {
            return this == NATIVE ? LapackRoutines.load().orElseThrow() : new JavaRoutines();
        }

        String where(Object what) {
            return "%s, %s, seed %d".formatted(what, this, SEED);
        }
    }

    private static SymmetricEigen eigen(Place place, int size, double[] matrix) {
        return SymmetricMatrices.eigen(place.routines(), size, matrix).orElseThrow();
    }

    private static Cholesky cholesky(Place place, int size, double[] matrix) {
        Decomposition<Cholesky> found = SymmetricMatrices.cholesky(place.routines(), size, matrix);
        assertThat(found).isInstanceOf(Found.class);
        assertThat(((Found<Cholesky>) found).jitter()).isZero();
        return found.orElseThrow();
    }

    private double[] symmetric(int n) {
        double[] matrix = Dense.uniform(n * n, random);
        return Dense.add(matrix, Dense.transpose(n, n, matrix));
    }

    @ParameterizedTest
    @EnumSource
    void eigenvectorsAreOrthonormalAndRebuildTheMatrix(Place place) {
        for (int n : new int[] {1, 2, 3, 10, 65, 100}) {
            double[] matrix = symmetric(n);
            SymmetricEigen eigen = eigen(place, n, matrix);
            double[] q = eigen.vectors();
            double[] transposed = Dense.transpose(n, n, q);
            assertClose(place.where(n), Dense.multiply(n, n, n, transposed, q), Dense.identity(n), ROUNDING);
            double[] scaled = Dense.multiply(n, n, n, q, Dense.diagonal(eigen.values()));
            assertClose(place.where(n), Dense.multiply(n, n, n, scaled, transposed), matrix, ROUNDING);
            assertThat(eigen.values()).as(place.where(n)).isSorted();
        }
    }

    /** The second difference of n points has the eigenvalues 4 sin²(kπ / (2n + 2)). */
    @ParameterizedTest
    @EnumSource
    void eigenvaluesOfTheSecondDifferenceAreTheKnownOnes(Place place) {
        int n = 40;
        double[] matrix = Dense.scale(2, Dense.identity(n));
        double[] expected = new double[n];
        for (int i = 0; i < n; i++) {
            double sine = Math.sin((i + 1) * Math.PI / (2 * n + 2));
            expected[i] = 4 * sine * sine;
            if (i > 0) {
                matrix[i * n + i - 1] = -1;
                matrix[(i - 1) * n + i] = -1;
            }
        }
        assertThat(eigen(place, n, matrix).values()).containsExactly(expected, within(1e-14));
    }

    @ParameterizedTest
    @EnumSource
    void zeroMatricesAndEqualEigenvaluesAreOrdinary(Place place) {
        assertThat(Dense.norm(eigen(place, 4, new double[16]).values())).isEqualTo(0);
        SymmetricEigen equal = eigen(place, 3, Dense.scale(7, Dense.identity(3)));
        assertThat(equal.values()).containsOnly(7);
        double[] q = equal.vectors();
        assertClose(place.where("q"), Dense.multiply(3, 3, 3, Dense.transpose(3, 3, q), q), Dense.identity(3), 1e-15);
    }

    @ParameterizedTest
    @EnumSource
    void whatRoundingMadeNegativeIsClipped(Place place) {
        int n = 30;
        SymmetricEigen eigen = eigen(place, n, Dense.covariance(n, 4, random));
        double largest = eigen.values()[n - 1];
        assertThat(eigen.values()[0]).as(place.where("least")).isNegative().isGreaterThan(-1e-14 * largest);
        assertThat(eigen.clipped().values()[0]).as(place.where("clipped")).isEqualTo(0);
        assertThat(eigen.clipped().values()).as(place.where("clipped")).isSorted();
        assertThat(eigen.clipped().values()[n - 1]).isEqualTo(largest);
        assertThat(eigen.clipped().vectors()).isEqualTo(eigen.vectors());
    }

    @ParameterizedTest
    @EnumSource
    void theCholeskyFactorIsLowerTriangularAndRebuildsTheMatrix(Place place) {
        for (int n : new int[] {1, 2, 3, 10, 65, 100}) {
            double[] matrix = Dense.covariance(n, 2 * n, random);
            double[] factor = cholesky(place, n, matrix).factor();
            for (int i = 0; i < n * n; i++) {
                assertThat(i % n > i / n && factor[i] != 0).as(place.where(i)).isFalse();
            }
            double[] product = Dense.multiply(n, n, n, factor, Dense.transpose(n, n, factor));
            assertClose(place.where(n), product, matrix, 1e-15);
        }
    }

    @ParameterizedTest
    @EnumSource
    void solvesManyRightHandSidesInPlaceOrApart(Place place) {
        int n = 12;
        int columns = 5;
        double[] matrix = Dense.covariance(n, 3 * n, random);
        Cholesky cholesky = cholesky(place, n, matrix);
        double[] right = Dense.uniform(n * columns, random);
        double[] copy = right.clone();
        double[] solution = new double[n * columns];
        cholesky.solve(columns, right, solution);
        assertThat(right).isEqualTo(copy);
        double[] byColumn = Dense.transpose(n, columns, solution);
        double[] rightByColumn = Dense.transpose(n, columns, right);
        for (int k = 0; k < columns; k++) {
            double[] expected = Dense.solve(matrix, Arrays.copyOfRange(rightByColumn, k * n, (k + 1) * n));
            assertClose(place.where(k), Arrays.copyOfRange(byColumn, k * n, (k + 1) * n), expected, 1e-11);
        }
        cholesky.solve(columns, right, right);
        assertThat(right).isEqualTo(solution);
    }

    @ParameterizedTest
    @EnumSource
    void inverseAndLogDeterminantAreThoseOfTheMatrix(Place place) {
        int n = 9;
        double[] matrix = Dense.covariance(n, 3 * n, random);
        Cholesky cholesky = cholesky(place, n, matrix);
        double[] inverse = cholesky.inverse();
        assertClose(place.where("product"), Dense.multiply(n, n, n, inverse, matrix), Dense.identity(n), 1e-12);
        assertThat(inverse).isEqualTo(Dense.transpose(n, n, inverse));
        assertThat(cholesky.logDeterminant())
                .as(place.where("log determinant"))
                .isCloseTo(Math.log(Dense.determinant(n, matrix)), within(1e-12));
    }

    @ParameterizedTest
    @EnumSource
    void aMatrixIsInvertedInItsOwnArray(Place place) {
        for (int n : new int[] {1, 2, 9, 65, 130}) {
            double[] matrix = Dense.covariance(n, 3 * n, random);
            double[] askew = matrix.clone();
            if (n > 1) {
                askew[1] += 1e-9;
                askew[n] -= 1e-9;
            }
            Decomposition<double[]> found = SymmetricMatrices.invert(place.routines(), n, askew);
            assertThat(found).isEqualTo(new Found<>(askew, 0));
            assertClose(place.where(n), Dense.multiply(n, n, n, askew, matrix), Dense.identity(n), 1e-11);
            assertThat(askew).as(place.where(n)).isEqualTo(Dense.transpose(n, n, askew));
        }
    }

    /** The factor that was not found has overwritten a triangle, which is made again for the next jitter. */
    @ParameterizedTest
    @EnumSource
    void aMatrixIsInvertedWithTheJitterThatItNeeds(Place place) {
        int n = 12;
        double[] matrix = Dense.covariance(n, 4, random); // of rank 4
        double[] shifted = matrix.clone();
        for (int i = 0; i < n; i++) {
            shifted[i * n + i] -= 1e-7;
        }
        double jitter = ((Found<Cholesky>) SymmetricMatrices.cholesky(place.routines(), n, shifted)).jitter();
        assertThat(jitter).as(place.where("jitter")).isPositive();
        double[] inverse = shifted.clone();
        Decomposition<double[]> found = SymmetricMatrices.invert(place.routines(), n, inverse);
        assertThat(found).as(place.where("inverse")).isEqualTo(new Found<>(inverse, jitter));
        double[] damped = Dense.add(shifted, Dense.scale(jitter, Dense.identity(n)));
        assertClose(place.where("product"), Dense.multiply(n, n, n, inverse, damped), Dense.identity(n), 1e-7);
    }

    @ParameterizedTest
    @EnumSource
    void whatHasNoInverseSaysWhy(Place place) {
        assertThat(SymmetricMatrices.invert(place.routines(), 2, new double[] {1, 2, 2, 1}))
                .isEqualTo(new Failed<double[]>(Reason.NOT_POSITIVE_DEFINITE));
        for (double value : new double[] {Double.NaN, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY}) {
            for (int at = 0; at < 9; at++) {
                double[] matrix = Dense.identity(3);
                matrix[at] = value;
                assertThat(SymmetricMatrices.invert(place.routines(), 3, matrix))
                        .as(place.where(at))
                        .isEqualTo(new Failed<double[]>(Reason.NOT_FINITE));
            }
        }
        // positive definite, with an inverse of more than the largest number
        assertThat(SymmetricMatrices.invert(place.routines(), 2, Dense.diagonal(1, 1e-310)))
                .isEqualTo(new Failed<double[]>(Reason.NOT_FINITE));
    }

    @ParameterizedTest
    @EnumSource
    void extremeScalesAreOrdinary(Place place) {
        double[] matrix = Dense.covariance(6, 12, random);
        double[] values = eigen(place, 6, matrix).values();
        double[] inverse = cholesky(place, 6, matrix).inverse();
        for (double scale : new double[] {1e-200, 1e-30, 1e30, 1e200}) {
            double[] scaled = Dense.scale(scale, matrix);
            double[] found = Dense.scale(1 / scale, eigen(place, 6, scaled).values());
            assertClose(place.where(scale), found, values, 1e-14);
            double[] back = Dense.scale(scale, cholesky(place, 6, scaled).inverse());
            assertClose(place.where(scale), back, inverse, 1e-12);
        }
    }

    @ParameterizedTest
    @EnumSource
    void onlyTheSymmetricPartCountsAndTheMatrixStays(Place place) {
        int n = 8;
        double[] matrix = Dense.covariance(n, 2 * n, random);
        double[] askew = matrix.clone();
        askew[1] += 1e-9;
        askew[n] -= 1e-9;
        double[] copy = askew.clone();
        SymmetricEigen eigen = eigen(place, n, askew);
        Cholesky cholesky = cholesky(place, n, askew);
        assertThat(askew).isEqualTo(copy);
        assertClose(
                place.where("values"), eigen.values(), eigen(place, n, matrix).values(), 1e-14);
        assertClose(
                place.where("factor"),
                cholesky.factor(),
                cholesky(place, n, matrix).factor(),
                1e-14);
    }

    @ParameterizedTest
    @EnumSource
    void aMatrixThatIsNotFiniteIsAnAnswer(Place place) {
        for (double value : new double[] {Double.NaN, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY}) {
            for (int at = 0; at < 9; at++) {
                double[] matrix = Dense.identity(3);
                matrix[at] = value;
                assertThat(SymmetricMatrices.eigen(place.routines(), 3, matrix))
                        .isEqualTo(new Failed<SymmetricEigen>(Reason.NOT_FINITE));
                assertThat(SymmetricMatrices.cholesky(place.routines(), 3, matrix))
                        .isEqualTo(new Failed<Cholesky>(Reason.NOT_FINITE));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anIndefiniteMatrixHasEigenvaluesButNoFactor(Place place) {
        double[] indefinite = {1, 2, 2, 1};
        assertThat(eigen(place, 2, indefinite).values()).containsExactly(new double[] {-1, 3}, within(1e-15));
        for (double[] matrix : List.of(indefinite, new double[4], Dense.diagonal(-1, -2), Dense.diagonal(1, -1e-3))) {
            assertThat(SymmetricMatrices.cholesky(place.routines(), 2, matrix))
                    .as(place.where(Arrays.toString(matrix)))
                    .isEqualTo(new Failed<Cholesky>(Reason.NOT_POSITIVE_DEFINITE));
        }
    }

    /** diag(10, -d) needs more than d; the jitters are 1e-5, 1e-4 and 1e-3. */
    @ParameterizedTest
    @EnumSource
    void theSmallestJitterThatDoesIsAddedAndReported(Place place) {
        double[][] expected = {{5e-6, 1e-5}, {5e-5, 1e-4}, {5e-4, 1e-3}};
        for (double[] pair : expected) {
            Decomposition<Cholesky> found =
                    SymmetricMatrices.cholesky(place.routines(), 2, Dense.diagonal(10, -pair[0]));
            double jitter = ((Found<Cholesky>) found).jitter();
            assertThat(jitter).isCloseTo(pair[1], within(1e-15));
            double[] factor = found.orElseThrow().factor();
            assertThat(factor[3] * factor[3]).isCloseTo(jitter - pair[0], within(1e-15));
        }
        assertThat(SymmetricMatrices.cholesky(place.routines(), 2, Dense.diagonal(10, -5e-3)))
                .isEqualTo(new Failed<Cholesky>(Reason.NOT_POSITIVE_DEFINITE));
    }

    @Test
    void wrongShapesAreRefusedWithBothNumbers() {
        assertThatThrownBy(() -> SymmetricMatrices.eigen(3, new double[6]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("matrix: expected 9 numbers (3 × 3), found 6");
        assertThatThrownBy(() -> SymmetricMatrices.cholesky(0, new double[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("matrix: expected at least one row and column, found 0 × 0");
        assertThatThrownBy(() -> SymmetricMatrices.invert(3, new double[6]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("matrix: expected 9 numbers (3 × 3), found 6");
        Cholesky cholesky = SymmetricMatrices.cholesky(2, Dense.identity(2)).orElseThrow();
        assertThatThrownBy(() -> cholesky.solve(3, new double[6], new double[5]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("solution: expected 6 numbers (2 × 3), found 5");
    }

    @Test
    void anAnswerThatIsNoneSaysWhy() {
        Decomposition<Cholesky> none = SymmetricMatrices.cholesky(2, Dense.diagonal(1, -1));
        assertThatThrownBy(none::orElseThrow)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no decomposition: NOT_POSITIVE_DEFINITE");
    }

    @Test
    void oneMethodAfterTheOtherIsTriedOnAFreshCopy() {
        double[] matrix = symmetric(5);
        List<double[]> seen = new ArrayList<>();
        Routines.EigenMethod failing = (size, copy, values) -> {
            seen.add(copy.clone());
            Arrays.fill(copy, 99);
            return false;
        };
        Routines.EigenMethod lying = (size, copy, values) -> {
            seen.add(copy.clone());
            Arrays.fill(copy, Double.NaN);
            return true;
        };
        Routines stubborn = new WithMethods(List.of(failing, lying, Jacobi::decompose));
        SymmetricEigen found = SymmetricMatrices.eigen(stubborn, 5, matrix).orElseThrow();
        assertThat(found.values()).isEqualTo(eigen(Place.JAVA, 5, matrix).values());
        assertThat(seen).hasSize(2).allSatisfy(copy -> assertThat(copy).isEqualTo(matrix));
        assertThat(SymmetricMatrices.eigen(new WithMethods(List.of(failing, lying)), 5, matrix))
                .isEqualTo(new Failed<SymmetricEigen>(Reason.NO_CONVERGENCE));
    }

    @Test
    void everyNativeMethodFindsTheSameEigenvalues() {
        double[] matrix = symmetric(20);
        double[] expected = eigen(Place.JAVA, 20, matrix).values();
        List<Routines.EigenMethod> methods = Place.NATIVE.routines().eigenMethods(20);
        assertThat(methods).hasSize(3);
        for (Routines.EigenMethod method : methods) {
            double[] values = new double[20];
            assertThat(method.decompose(20, matrix.clone(), values)).isTrue();
            assertClose("values, seed " + SEED, values, expected, ROUNDING);
        }
    }

    @Test
    void theNativeLibraryIsThereAndRunsOnOneThread() {
        assertThat(Routines.best()).isInstanceOf(LapackRoutines.class);
        assertThat(openblas.blas_get_num_threads()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void productsAreTheirSums(Place place) {
        int rows = 4;
        int inner = 3;
        int columns = 5;
        double[] a = Dense.uniform(rows * inner, random);
        double[] b = Dense.uniform(inner * columns, random);
        double[] expected = Dense.multiply(rows, inner, columns, a, b);
        double[] transposedA = Dense.transpose(rows, inner, a);
        double[] transposedB = Dense.transpose(inner, columns, b);
        double[] c = new double[rows * columns];
        for (int which = 0; which < 4; which++) {
            boolean first = (which & 1) != 0;
            boolean second = (which & 2) != 0;
            Arrays.fill(c, Double.NaN);
            place.routines()
                    .multiply(
                            rows, inner, columns, first ? transposedA : a, first, second ? transposedB : b, second, c);
            assertClose(place.where(which), c, expected, 1e-15);
        }
    }

    /**
     * A covariance that is kept in float and decomposed in double: the damped solve is off by about 3e-10 λ_max / γ, measured
     * for 512 rows.
     */
    @Test
    void factorsKeptInFloatCostWhatTheirRoundingCosts() {
        int n = 48;
        double[] x = Dense.uniform(2 * n * n, random);
        for (int i = 0; i < x.length; i++) {
            x[i] *= Math.exp(-0.4 * (i % n));
        }
        double[] exact = Dense.scale(0.5 / n, Dense.multiply(n, 2 * n, n, Dense.transpose(2 * n, n, x), x));
        double[] rounded = exact.clone();
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = (float) rounded[i];
        }
        double[] g = Dense.uniform(n, random);
        double[] values = SymmetricMatrices.eigen(n, exact).orElseThrow().values();
        SymmetricEigen single = SymmetricMatrices.eigen(1, new double[] {1}).orElseThrow();
        SymmetricEigen eigen = SymmetricMatrices.eigen(n, rounded).orElseThrow();
        for (double ratio : new double[] {1e-1, 1e-3, 1e-5, 1e-7}) {
            double damping = ratio * values[n - 1];
            double[] found = Dense.apply(new EigenKroneckerOperator(eigen, single, damping, -1), g);
            double[] expected = Dense.solve(Dense.add(exact, Dense.scale(damping, Dense.identity(n))), g);
            assertThat(Dense.error(found, expected))
                    .as("γ / λ_max = %s, seed %d", ratio, SEED)
                    .isLessThan(6e-8 + 2e-9 / ratio);
        }
    }

    /** Plain Java with other methods for eigenvalues. */
    private static final class WithMethods extends DelegatingRoutines {
        private final List<EigenMethod> methods;

        WithMethods(List<EigenMethod> methods) {
            this.methods = methods;
        }

        @Override
        public List<EigenMethod> eigenMethods(int size) {
            return methods;
        }
    }
}
