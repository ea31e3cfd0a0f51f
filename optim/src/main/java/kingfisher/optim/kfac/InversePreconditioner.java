package kingfisher.optim.kfac;

import java.util.ArrayList;
import java.util.List;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.linear.Decomposition;
import kingfisher.optim.linear.Decomposition.Failed;
import kingfisher.optim.linear.Decomposition.Found;
import kingfisher.optim.linear.Decomposition.Reason;
import kingfisher.optim.linear.FactoredDamping;
import kingfisher.optim.linear.SymmetricMatrices;
import kingfisher.optim.linear.Vectors;
import kingfisher.optim.network.LayerTrace;
import org.jspecify.annotations.Nullable;

/**
 * {@code (A + π√λ I)⁻¹ V (S + √λ/π I)⁻¹}, equation (24), with the λ of the decomposition.
 *
 * <p>A decomposition is the inverse of each damped factor; of a diagonal it is the damped diagonal, which is divided by.
 */
final class InversePreconditioner implements LayerPreconditioner {

    private final Backend backend;
    private final int rows;
    private final int columns;
    private final boolean leftDiagonal;
    private final boolean rightDiagonal;
    private final Matrix left; // [M × M] or [1 × M]
    private final Matrix right;
    private final Matrix leftDivisors; // [1 × M], ones where the factor is not a diagonal
    private final Matrix rightDivisors;
    private final Matrix scratch;
    private final List<Part> parts = new ArrayList<>(); // none where products are not cut
    private @Nullable Matrix preconditionedInputs; // [B × M]
    private @Nullable Matrix preconditionedGradients; // [B × N]
    private @Nullable Matrix leftWeights;
    private @Nullable Matrix leftBias;

    InversePreconditioner(Backend backend, int rows, int columns, boolean leftDiagonal, boolean rightDiagonal) {
        this.backend = backend;
        this.rows = rows;
        this.columns = columns;
        this.leftDiagonal = leftDiagonal;
        this.rightDiagonal = rightDiagonal;
        this.left = backend.allocate(leftDiagonal ? 1 : rows, rows);
        this.right = backend.allocate(rightDiagonal ? 1 : columns, columns);
        this.leftDivisors = leftDiagonal ? left : ones(rows);
        this.rightDivisors = rightDiagonal ? right : ones(columns);
        this.scratch = backend.allocate(rows, columns);
        if (!leftDiagonal && !rightDiagonal) {
            RowPart.cut(backend, rows).forEach(part -> parts.add(new Part(part)));
        }
    }

    private Matrix ones(int count) {
        Matrix ones = backend.allocate(1, count);
        backend.fill(ones, 1);
        return ones;
    }

    @Override
    public Decomposition<double[][]> decompose(double[][] factors, double damping, double[][] into) {
        FactoredDamping split = FactoredDamping.split(
                damping,
                rows,
                trace(rows, leftDiagonal, factors[0]),
                columns,
                trace(columns, rightDiagonal, factors[1]));
        Decomposition<double[]> a = invert(rows, leftDiagonal, factors[0], split.left(), into[0]);
        if (a instanceof Failed<double[]> failed) {
            return new Failed<>(failed.reason());
        }
        Decomposition<double[]> s = invert(columns, rightDiagonal, factors[1], split.right(), into[1]);
        if (s instanceof Failed<double[]> failed) {
            return new Failed<>(failed.reason());
        }
        return new Found<>(into, Math.max(((Found<double[]>) a).jitter(), ((Found<double[]>) s).jitter()));
    }

    private static double trace(int size, boolean diagonal, double[] factor) {
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += factor[diagonal ? i : i * size + i];
        }
        return sum;
    }

    /** Damps a factor and inverts it. */
    private static Decomposition<double[]> invert(
            int size, boolean diagonal, double[] factor, double damping, double[] into) {
        System.arraycopy(factor, 0, into, 0, factor.length);
        for (int i = 0; i < size; i++) {
            into[diagonal ? i : i * size + i] += damping;
        }
        if (!diagonal) {
            return SymmetricMatrices.invert(size, into);
        }
        for (double divisor : into) {
            if (!(divisor > 0)) {
                return new Failed<>(Reason.NOT_POSITIVE_DEFINITE);
            }
        }
        return Vectors.isFinite(into) ? new Found<>(into, 0) : new Failed<>(Reason.NOT_FINITE);
    }

    @Override
    public int[] lengths() {
        return new int[] {left.size(), right.size()};
    }

    @Override
    public void load(double[][] decomposition) {
        backend.upload(decomposition[0], left);
        backend.upload(decomposition[1], right);
    }

    /** {@inheritDoc} The λ of the decomposition counts, not {@code damping}. */
    @Override
    public void apply(Matrix gradient, double damping, Matrix result) {
        if (!leftDiagonal && !rightDiagonal) {
            backend.multiply(1, left, false, gradient, false, 0, scratch);
            backend.multiply(1, scratch, false, right, false, 0, result);
            return;
        }
        if (!leftDiagonal) {
            backend.multiply(1, left, false, gradient, false, 0, scratch);
        } else if (!rightDiagonal) {
            backend.multiply(1, gradient, false, right, false, 0, scratch);
        } else {
            backend.copy(gradient, scratch);
        }
        backend.divideDamped(leftDivisors, rightDivisors, 0, scratch);
        backend.copy(scratch, result);
    }

    @Override
    public int parts() {
        return Math.max(1, parts.size());
    }

    @Override
    public void applyPart(int part, Matrix gradient, double damping, Matrix result) {
        if (parts.isEmpty()) {
            apply(gradient, damping, result);
        } else {
            parts.get(part).apply(gradient, result);
        }
    }

    /** Some rows of a product. */
    private final class Part {

        private final RowPart rowPart;
        private final Matrix leftRows;
        private final Matrix scratchRows;

        Part(RowPart rowPart) {
            this.rowPart = rowPart;
            this.leftRows = rowPart.of(left);
            this.scratchRows = rowPart.of(scratch);
        }

        void apply(Matrix gradient, Matrix result) {
            backend.multiply(1, leftRows, false, gradient, false, 0, scratchRows);
            backend.multiply(1, scratchRows, false, right, false, 0, rowPart.ofResult(result));
        }
    }

    /** Whether {@link #applyLowRank} takes fewer multiplications than {@link #apply} for a gradient of so many examples. */
    boolean isLowRankCheaper(int batch) {
        double m = rows;
        double n = columns;
        return !leftDiagonal && !rightDiagonal && batch * (m * m + n * n + m * n) < m * m * n + m * n * n;
    }

    /**
     * Multiplies the gradient {@code scale · Σ_b ā_b Ds_bᵀ} of a model's last backward pass, without reading its sum:
     * {@code result = scale · (āA_γ⁻¹)ᵀ (Ds S_γ⁻¹)}.
     *
     * @param result [M × N], overwritten
     */
    void applyLowRank(LayerTrace trace, double scale, Matrix result) {
        Matrix inputs = trace.input();
        Matrix gradients = trace.gradient();
        Matrix a = preconditionedInputs;
        Matrix s = preconditionedGradients;
        Matrix weights = leftWeights;
        Matrix bias = leftBias;
        if (a == null || s == null || weights == null || bias == null || a.rows() != inputs.rows()) {
            a = backend.allocate(inputs.rows(), rows);
            s = backend.allocate(inputs.rows(), columns);
            weights = left.rowRange(0, rows - 1);
            bias = left.rowRange(rows - 1, 1);
            preconditionedInputs = a;
            preconditionedGradients = s;
            leftWeights = weights;
            leftBias = bias;
        }
        backend.broadcastRow(bias, a);
        backend.multiply(1, inputs, false, weights, false, 1, a);
        backend.multiply(1, gradients, false, right, false, 0, s);
        backend.multiply(scale, a, true, s, false, 0, result);
    }
}
