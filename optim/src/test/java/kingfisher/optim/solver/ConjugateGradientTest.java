package kingfisher.optim.solver;

import static kingfisher.optim.linear.Dense.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import kingfisher.optim.Allocations;
import kingfisher.optim.linear.BlockDiagonalOperator;
import kingfisher.optim.linear.DampedOperator;
import kingfisher.optim.linear.Dense;
import kingfisher.optim.linear.DenseOperator;
import kingfisher.optim.linear.EigenKroneckerOperator;
import kingfisher.optim.linear.LinearOperator;
import kingfisher.optim.linear.SymmetricMatrices;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What conjugate gradients find, and how fast, against dense solves. */
class ConjugateGradientTest {
    private static final long SEED = 20261125;
    private static final String WHERE = "seed " + SEED;

    private final UniformRandomProvider random = Dense.random(SEED);

    private static ConjugateGradient exact(int size) {
        return new ConjugateGradient(size, ConjugateGradientSettings.exact(10 * size, 1e-11));
    }

    private double[] positive(int n, double damping) {
        return Dense.add(Dense.covariance(n, 2 * n, random), Dense.scale(damping, Dense.identity(n)));
    }

    /** A matrix with the given eigenvalues and random eigenvectors. */
    private double[] withEigenvalues(double... values) {
        int n = values.length;
        double[] q = SymmetricMatrices.eigen(n, Dense.covariance(n, 2 * n, random))
                .orElseThrow()
                .vectors();
        return Dense.multiply(n, n, n, Dense.multiply(n, n, n, q, Dense.diagonal(values)), Dense.transpose(n, n, q));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 20, 60})
    void solvesInAtMostAsManyIterationsAsThereAreUnknowns(int n) {
        double[] matrix = positive(n, 0.1);
        double[] b = Dense.uniform(n, random);
        double[] copy = b.clone();
        double[] x = new double[n];
        ConjugateGradientResult result = exact(n).solve(new DenseOperator(n, matrix), b, x);
        assertThat(result.reason()).as(WHERE).isEqualTo(StopReason.RESIDUAL);
        assertThat(result.iterations()).as(WHERE).isLessThanOrEqualTo(n);
        assertClose(WHERE, x, Dense.solve(matrix, b), 1e-10);
        assertThat(b).isEqualTo(copy);
    }

    @Test
    void takesAsManyIterationsAsThereAreDistinctEigenvalues() {
        double[] values = new double[30];
        for (int i = 0; i < values.length; i++) {
            values[i] = List.of(0.5, 3.0, 10.0).get(i % 3);
        }
        double[] matrix = withEigenvalues(values);
        double[] b = Dense.uniform(30, random);
        double[] x = new double[30];
        ConjugateGradientResult result = exact(30).solve(new DenseOperator(30, matrix), b, x);
        assertThat(result.iterations()).as(WHERE).isEqualTo(3);
        assertClose(WHERE, x, Dense.solve(matrix, b), 1e-10);
    }

    @Test
    void takesOneIterationIfThePreconditionerIsTheInverse() {
        int n = 25;
        double[] matrix = positive(n, 1e-3);
        double[] inverse = SymmetricMatrices.cholesky(n, matrix).orElseThrow().inverse();
        double[] b = Dense.uniform(n, random);
        double[] x = new double[n];
        ConjugateGradientResult result =
                exact(n).solve(new DenseOperator(n, matrix), new DenseOperator(n, inverse), b, x);
        assertThat(result.iterations()).as(WHERE).isEqualTo(1);
        assertClose(WHERE, x, Dense.solve(matrix, b), 1e-10);
    }

    /** There the curvature is A ⊗ I exactly: the squared error's metric is the identity. */
    @Test
    void takesOneIterationOnALinearLayerWithSquaredErrorAndItsKroneckerFactors() {
        int inputs = 4;
        int outputs = 3;
        int examples = 9;
        double lambda = 1e-3;
        int n = inputs * outputs;
        double[] batch = Dense.uniform(examples * inputs, random);
        double[] errors = Dense.uniform(examples * outputs, random);
        double[] curvature = new double[n * n];
        for (int e = 0; e < examples; e++) {
            for (int output = 0; output < outputs; output++) {
                double[] gradient = new double[n];
                for (int i = 0; i < inputs; i++) {
                    gradient[i * outputs + output] = batch[e * inputs + i];
                }
                double[] square = Dense.multiply(n, 1, n, gradient, gradient);
                curvature = Dense.add(curvature, Dense.scale(1.0 / examples, square));
            }
        }
        double[] transposed = Dense.transpose(examples, inputs, batch);
        double[] b = Dense.scale(-1.0 / examples, Dense.multiply(inputs, examples, outputs, transposed, errors));
        double[] a = Dense.scale(1.0 / examples, Dense.multiply(inputs, examples, inputs, transposed, batch));
        LinearOperator factors = new EigenKroneckerOperator(
                SymmetricMatrices.eigen(inputs, a).orElseThrow(),
                SymmetricMatrices.eigen(outputs, Dense.identity(outputs)).orElseThrow(),
                lambda,
                -1);
        LinearOperator damped = new DampedOperator(new DenseOperator(n, curvature), lambda);
        double[] x = new double[n];
        assertThat(exact(n).solve(damped, factors, b, x).iterations()).as(WHERE).isEqualTo(1);
        assertThat(exact(n).solve(damped, b, new double[n]).iterations())
                .as(WHERE)
                .isGreaterThan(1);
        assertClose(WHERE, x, Dense.solve(damped.toDense(), b), 1e-11);
    }

    /** As on networks of several layers, where curvature across layers is not in the preconditioner. */
    @Test
    void aBlockDiagonalPreconditionerCutsIterationsOnly() {
        int n = 40;
        double[] matrix = positive(n, 1e-3);
        // what couples the halves is weak
        for (int i = 0; i < n * n; i++) {
            matrix[i] *= i / n < n / 2 == i % n < n / 2 ? 1 : 0.05;
        }
        double[] b = Dense.uniform(n, random);
        LinearOperator operator = new DenseOperator(n, matrix);
        LinearOperator blocks =
                new BlockDiagonalOperator(List.of(inverseOfBlock(matrix, n, 0), inverseOfBlock(matrix, n, n / 2)));
        int alone = exact(n).solve(operator, b, new double[n]).iterations();
        int with = exact(n).solve(operator, blocks, b, new double[n]).iterations();
        assertThat(with).as(WHERE).isGreaterThan(1).isLessThan(alone / 2);
    }

    private static LinearOperator inverseOfBlock(double[] matrix, int n, int from) {
        int half = n / 2;
        double[] block = new double[half * half];
        for (int i = 0; i < half; i++) {
            System.arraycopy(matrix, (from + i) * n + from, block, i * half, half);
        }
        return new DenseOperator(
                half, SymmetricMatrices.cholesky(half, block).orElseThrow().inverse());
    }

    @Test
    void aStartAtTheSolutionTakesNoIterationAndANearOneFewer() {
        int n = 30;
        double[] matrix = positive(n, 0.01);
        double[] b = Dense.uniform(n, random);
        double[] solution = Dense.solve(matrix, b);
        LinearOperator operator = new DenseOperator(n, matrix);
        ConjugateGradient solver = new ConjugateGradient(n, ConjugateGradientSettings.exact(100, 1e-8));
        double[] x = solution.clone();
        ConjugateGradientResult result = solver.solve(operator, b, x);
        assertThat(result.iterations()).isZero();
        assertThat(result.reason()).isEqualTo(StopReason.RESIDUAL);
        assertThat(x).isEqualTo(solution);
        int cold = solver.solve(operator, b, new double[n]).iterations();
        double[] near = Dense.add(solution, Dense.scale(1e-6, Dense.uniform(n, random)));
        assertThat(solver.solve(operator, b, near).iterations())
                .as(WHERE)
                .isPositive()
                .isLessThan(cold);
        assertClose(WHERE, near, solution, 1e-5);
    }

    @Test
    void nothingIsToBeDoneForARightHandSideOfZero() {
        double[] x = new double[3];
        ConjugateGradientResult result = exact(3).solve(new DenseOperator(3, Dense.identity(3)), new double[3], x);
        assertThat(result.reason()).isEqualTo(StopReason.RESIDUAL);
        assertThat(result.iterations()).isZero();
        assertThat(x).containsOnly(0);
    }

    /** The minimum of (12) is -½ bᵀC⁻¹b; on the way φ falls at every step. */
    @Test
    void modelValuesAreThoseOfTheIteratesAndFall() {
        int n = 40;
        double[] matrix = positive(n, 0.01);
        double[] b = Dense.uniform(n, random);
        double[] x = Dense.uniform(n, random);
        double first = model(matrix, b, x);
        ConjugateGradient solver =
                new ConjugateGradient(n, new ConjugateGradientSettings(200, 1e-11, 0, 0, 50, 1.3, 1e-15));
        ConjugateGradientResult result = solver.solve(new DenseOperator(n, matrix), b, x);
        double least = -0.5 * Dense.dot(b, Dense.solve(matrix, b));
        assertThat(solver.modelValue(0)).as(WHERE).isCloseTo(first, within(1e-12 * Math.abs(least)));
        assertThat(result.modelValue())
                .as(WHERE)
                .isCloseTo(least, within(1e-12 * Math.abs(least)))
                .isEqualTo(solver.modelValue(result.iterations()));
        Snapshots snapshots = solver.snapshots();
        for (int i = 0; i < snapshots.count(); i++) {
            assertThat(solver.modelValue(snapshots.iteration(i)))
                    .as("snapshot %d, %s", i, WHERE)
                    .isCloseTo(model(matrix, b, snapshots.iterate(i)), within(1e-12 * Math.abs(least)));
        }
        for (int i = 1; i <= result.iterations(); i++) {
            assertThat(solver.modelValue(i) - solver.modelValue(i - 1))
                    .as("step %d, %s", i, WHERE)
                    .isLessThanOrEqualTo(1e-13 * Math.abs(least));
        }
    }

    private static double model(double[] matrix, double[] b, double[] x) {
        return 0.5 * Dense.dot(x, Dense.times(matrix, x)) - Dense.dot(b, x);
    }

    @Test
    void snapshotsAreTheIteratesAtGrowingIntervals() {
        int n = 50;
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            values[i] = Math.pow(10, -6.0 * i / n);
        }
        LinearOperator operator = new DenseOperator(n, withEigenvalues(values));
        double[] b = Dense.uniform(n, random);
        ConjugateGradient solver = new ConjugateGradient(n, new ConjugateGradientSettings(35, 0, 0, 0, 50, 1.3, 1e-15));
        solver.solve(operator, b, new double[n]);
        Snapshots snapshots = solver.snapshots();
        int[] expected = {1, 2, 3, 4, 6, 8, 11, 15, 20, 26, 34};
        assertThat(snapshots.count()).isEqualTo(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(snapshots.iteration(i)).isEqualTo(expected[i]);
            double[] x = new double[n];
            new ConjugateGradient(n, ConjugateGradientSettings.exact(expected[i], 0)).solve(operator, b, x);
            assertThat(snapshots.iterate(i)).as("snapshot %d, %s", i, WHERE).isEqualTo(x);
        }
        assertThatThrownBy(() -> snapshots.iterate(11))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("snapshot: expected one of 11, found 11");
        assertThat(exact(n).snapshots().count()).isZero();
    }

    @Test
    void aSolveLeavesNothingBehindForTheNext() {
        int n = 10;
        LinearOperator operator = new DenseOperator(n, positive(n, 0.1));
        double[] b = Dense.uniform(n, random);
        ConjugateGradient solver = new ConjugateGradient(n, ConjugateGradientSettings.hessianFree());
        double[] once = new double[n];
        ConjugateGradientResult first = solver.solve(operator, b, once);
        solver.solve(new DenseOperator(n, Dense.scale(Double.NaN, Dense.identity(n))), b, new double[n]);
        double[] again = new double[n];
        assertThat(solver.solve(operator, b, again)).isEqualTo(first);
        assertThat(again).isEqualTo(once);
    }

    @Test
    void aSolveAllocatesNothingButItsResult() {
        int n = 100;
        LinearOperator operator = new DenseOperator(n, positive(n, 0.01));
        LinearOperator preconditioner = new DenseOperator(n, Dense.identity(n));
        double[] b = Dense.uniform(n, random);
        double[] x = new double[n];
        ConjugateGradient solver = new ConjugateGradient(n, ConjugateGradientSettings.hessianFree());
        long allocated = Allocations.during(100, () -> {
            x[0] += 1;
            solver.solve(operator, preconditioner, b, x);
        });
        assertThat(allocated).isLessThanOrEqualTo(100 * 48);
    }

    @Test
    void wrongSizesAreRefusedByNameWithBothNumbers() {
        LinearOperator three = new DenseOperator(3, Dense.identity(3));
        LinearOperator two = new DenseOperator(2, Dense.identity(2));
        assertThatThrownBy(() -> exact(3).solve(two, new double[3], new double[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("operator: expected size 3, found 2");
        assertThatThrownBy(() -> exact(3).solve(three, two, new double[3], new double[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("preconditioner: expected size 3, found 2");
        assertThatThrownBy(() -> exact(3).solve(three, new double[4], new double[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rightHandSide: expected size 3, found 4");
        assertThatThrownBy(() -> exact(3).solve(three, new double[3], new double[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("solution: expected size 3, found 0");
    }
}
