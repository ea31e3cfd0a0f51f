package kingfisher.optim.kfac;

import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.Precision;
import kingfisher.optim.linear.ConditionalKronecker;
import kingfisher.optim.linear.Decomposition;
import kingfisher.optim.linear.Decomposition.Failed;
import kingfisher.optim.linear.Decomposition.Found;
import kingfisher.optim.linear.DenseOperator;
import kingfisher.optim.linear.KroneckerDifferenceInverse;
import kingfisher.optim.linear.KroneckerOperator;

/**
 * A layer's part of a block-tridiagonal inverse {@code Ξᵀ Λ Ξ}, with the λ of the decomposition: in Λ the inverse of what is
 * left of its curvature once the next layer's gradient is known, {@code K ((Kᵀ V L) ⊘ (1 - s tᵀ)) Lᵀ}, and in Ξ the
 * coefficients Ψ by which its own is foretold.
 */
final class ConditionalPreconditioner implements LayerPreconditioner {

    /** What is left of an eigenvalue counts as at least so much of it: the rounding of averages, many times over. */
    private static final double FLOAT_FLOOR = 1e-5;

    private static final double DOUBLE_FLOOR = 1e-10;

    private final Backend backend;
    private final int nextRows;
    private final int nextColumns;
    private final Matrix leftBasis;
    private final Matrix leftValues; // -s
    private final Matrix rightBasis;
    private final Matrix rightValues; // t
    private final Matrix leftCoefficients; // [M × M']
    private final Matrix rightCoefficients; // [N × N']
    private final Matrix first;
    private final Matrix second;
    private final Matrix mixed; // [M × N']
    private final double floor;

    ConditionalPreconditioner(Backend backend, int rows, int columns, int nextRows, int nextColumns) {
        this.backend = backend;
        this.nextRows = nextRows;
        this.nextColumns = nextColumns;
        this.leftBasis = backend.allocate(rows, rows);
        this.leftValues = backend.allocate(1, rows);
        this.rightBasis = backend.allocate(columns, columns);
        this.rightValues = backend.allocate(1, columns);
        this.leftCoefficients = backend.allocate(rows, nextRows);
        this.rightCoefficients = backend.allocate(columns, nextColumns);
        this.first = backend.allocate(rows, columns);
        this.second = backend.allocate(rows, columns);
        this.mixed = backend.allocate(rows, nextColumns);
        this.floor = backend.precision() == Precision.FLOAT ? FLOAT_FLOOR : DOUBLE_FLOOR;
    }

    @Override
    public Decomposition<double[][]> decompose(double[][] factors, double damping, double[][] into) {
        KroneckerOperator own = new KroneckerOperator(
                new DenseOperator(leftBasis.rows(), factors[0]), new DenseOperator(rightBasis.rows(), factors[1]));
        KroneckerOperator next = new KroneckerOperator(
                new DenseOperator(nextRows, factors[2]), new DenseOperator(nextColumns, factors[3]));
        Decomposition<ConditionalKronecker> conditional =
                ConditionalKronecker.of(own, next, factors[4], factors[5], damping, floor);
        if (conditional instanceof Failed<ConditionalKronecker> failed) {
            return new Failed<>(failed.reason());
        }
        ConditionalKronecker found = conditional.orElseThrow();
        KroneckerDifferenceInverse inverse = found.inverse();
        return new Found<>(
                new double[][] {
                    inverse.leftBasis(),
                    inverse.leftValues(),
                    inverse.rightBasis(),
                    inverse.rightValues(),
                    found.leftCoefficients(),
                    found.rightCoefficients()
                },
                0);
    }

    @Override
    public int[] lengths() {
        return new int[] {
            leftBasis.size(),
            leftValues.size(),
            rightBasis.size(),
            rightValues.size(),
            leftCoefficients.size(),
            rightCoefficients.size()
        };
    }

    @Override
    public void load(double[][] decomposition) {
        backend.upload(decomposition[0], leftBasis);
        backend.upload(decomposition[1], leftValues);
        backend.scale(-1, leftValues);
        backend.upload(decomposition[2], rightBasis);
        backend.upload(decomposition[3], rightValues);
        backend.upload(decomposition[4], leftCoefficients);
        backend.upload(decomposition[5], rightCoefficients);
    }

    /** {@inheritDoc} This is the layer's part of Λ; the λ of the decomposition counts, not {@code damping}. */
    @Override
    public void apply(Matrix gradient, double damping, Matrix result) {
        backend.multiply(1, leftBasis, true, gradient, false, 0, first);
        backend.multiply(1, first, false, rightBasis, false, 0, second);
        backend.divideDamped(leftValues, rightValues, 1, second);
        backend.multiply(1, leftBasis, false, second, false, 0, first);
        backend.multiply(1, first, false, rightBasis, true, 0, result);
    }

    /** {@code target = target - Ψ nextGradient}: the layer's part of a product with Ξ. */
    void subtractForetold(Matrix nextGradient, Matrix target) {
        backend.multiply(1, leftCoefficients, false, nextGradient, false, 0, mixed);
        backend.multiply(-1, mixed, false, rightCoefficients, true, 1, target);
    }

    /** {@code nextTarget = nextTarget - Ψᵀ vector}: what the layer adds to the next one's part of a product with Ξᵀ. */
    void subtractTransposed(Matrix vector, Matrix nextTarget) {
        backend.multiply(1, vector, false, rightCoefficients, false, 0, mixed);
        backend.multiply(-1, leftCoefficients, true, mixed, false, 1, nextTarget);
    }
}
