package kingfisher.optim.kfac;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.linear.Decomposition;
import kingfisher.optim.linear.Decomposition.Failed;
import kingfisher.optim.linear.Decomposition.Found;
import kingfisher.optim.linear.Decomposition.Reason;
import kingfisher.optim.linear.SymmetricEigen;
import kingfisher.optim.linear.SymmetricMatrices;
import kingfisher.optim.linear.Vectors;
import org.jspecify.annotations.Nullable;

/**
 * The eigenvectors of a layer's A [M × M] ⊗ S [N × N], equation (21), on the backend: those of its factors, or the standard
 * basis for a factor that is a diagonal.
 *
 * <p>A product with a matrix of these eigenvectors is {@code Q_A f(Q_Aᵀ V Q_S) Q_Sᵀ} with a {@link Scaling} f. Cut for several
 * threads it takes two rounds, as the last factor Q_A needs all that was computed before.
 *
 * <p>A decomposition is the eigenvalues and eigenvectors of A, and those of S; a diagonal has no numbers for its vectors.
 */
final class KroneckerBasis {

    /** Stands for all rows where a part is named. */
    static final int WHOLE = -1;

    private final Backend backend;
    private final int rows;
    private final int columns;
    private final @Nullable Matrix leftVectors;
    private final @Nullable Matrix rightVectors;
    private final Matrix rotated;
    private final Matrix scratch;
    private final @Nullable Matrix leftTransposed; // Q_Aᵀ, where products are cut
    private final List<RowPart> rowParts;
    private final List<Part> parts = new ArrayList<>();

    /** Scales coefficients in the basis by a function of their eigenvalues. */
    interface Scaling {

        /**
         * Scales some rows.
         *
         * @param part the part that the rows are, or {@link #WHOLE} for all
         * @param rotated the rows of {@code Q_Aᵀ V Q_S}, modified
         */
        void scale(int part, double damping, Matrix rotated);
    }

    KroneckerBasis(Backend backend, int rows, int columns, boolean leftDiagonal, boolean rightDiagonal) {
        this.backend = backend;
        this.rows = rows;
        this.columns = columns;
        this.leftVectors = leftDiagonal ? null : backend.allocate(rows, rows);
        this.rightVectors = rightDiagonal ? null : backend.allocate(columns, columns);
        this.rotated = backend.allocate(rows, columns);
        this.scratch = backend.allocate(rows, columns);
        this.rowParts = leftDiagonal || rightDiagonal ? List.of() : RowPart.cut(backend, rows);
        this.leftTransposed = rowParts.isEmpty() ? null : backend.allocate(rows, rows);
        if (leftTransposed != null && leftVectors != null && rightVectors != null) {
            for (RowPart part : rowParts) {
                parts.add(new Part(part, leftVectors, leftTransposed, rightVectors));
            }
        }
    }

    /** Decomposes A and S into arrays of {@link #lengths}; touches nothing that products use. */
    Decomposition<double[][]> decompose(double[][] factors, double[][] into) {
        Optional<Reason> left = decompose(rows, leftVectors == null, factors[0], into[0], into[1]);
        Optional<Reason> defect =
                left.isPresent() ? left : decompose(columns, rightVectors == null, factors[1], into[2], into[3]);
        return defect.isPresent() ? new Failed<>(defect.get()) : new Found<>(into, 0);
    }

    private static Optional<Reason> decompose(
            int size, boolean diagonal, double[] factor, double[] values, double[] vectors) {
        if (diagonal) {
            System.arraycopy(factor, 0, values, 0, size);
            return Vectors.isFinite(values) ? Optional.empty() : Optional.of(Reason.NOT_FINITE);
        }
        if (SymmetricMatrices.eigen(size, factor, values, vectors) instanceof Failed<double[]> failed) {
            return Optional.of(failed.reason());
        }
        SymmetricEigen.clip(values);
        return Optional.empty();
    }

    int[] lengths() {
        return new int[] {
            rows, leftVectors == null ? 0 : rows * rows, columns, rightVectors == null ? 0 : columns * columns
        };
    }

    /** The largest eigenvalue of A ⊗ S. */
    static double largest(double[][] decomposition) {
        return largest(decomposition[0]) * largest(decomposition[2]);
    }

    private static double largest(double[] values) {
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, value);
        }
        return largest;
    }

    /** Makes the vectors of a decomposition count. */
    void load(double[][] decomposition) {
        if (leftVectors != null) {
            backend.upload(decomposition[1], leftVectors);
        }
        if (leftTransposed != null) {
            loadTransposed(decomposition[1], leftTransposed);
        }
        if (rightVectors != null) {
            backend.upload(decomposition[3], rightVectors);
        }
    }

    /** Q_A, or null for the standard basis. */
    @Nullable
    Matrix leftVectors() {
        return leftVectors;
    }

    /** Q_S, or null for the standard basis. */
    @Nullable
    Matrix rightVectors() {
        return rightVectors;
    }

    /** Writes Q_Aᵀ: a row of it is a column of Q_A. */
    private void loadTransposed(double[] vectors, Matrix transposed) {
        for (int row = 0; row < rows; row++) {
            backend.upload(vectors, row, rows, transposed.reshaped(row * rows, rows, 1));
        }
    }

    /** {@code result = Q_A f(Q_Aᵀ V Q_S) Q_Sᵀ}; {@code result} may be {@code gradient}. */
    void multiply(Matrix gradient, Scaling scaling, double damping, Matrix result) {
        rotate(gradient);
        scaling.scale(WHOLE, damping, rotated);
        rotateBack(result);
    }

    /** {@code rotated = Q_Aᵀ V Q_S}. */
    private void rotate(Matrix gradient) {
        if (leftVectors != null && rightVectors != null) {
            backend.multiply(1, leftVectors, true, gradient, false, 0, scratch);
            backend.multiply(1, scratch, false, rightVectors, false, 0, rotated);
        } else if (leftVectors != null) {
            backend.multiply(1, leftVectors, true, gradient, false, 0, rotated);
        } else if (rightVectors != null) {
            backend.multiply(1, gradient, false, rightVectors, false, 0, rotated);
        } else {
            backend.copy(gradient, rotated);
        }
    }

    /** {@code result = Q_A rotated Q_Sᵀ}. */
    private void rotateBack(Matrix result) {
        if (leftVectors != null && rightVectors != null) {
            backend.multiply(1, leftVectors, false, rotated, false, 0, scratch);
            backend.multiply(1, scratch, false, rightVectors, true, 0, result);
        } else if (leftVectors != null) {
            backend.multiply(1, leftVectors, false, rotated, false, 0, result);
        } else if (rightVectors != null) {
            backend.multiply(1, rotated, false, rightVectors, true, 0, result);
        } else {
            backend.copy(rotated, result);
        }
    }

    /** The rows into which products are cut for several threads; none where they are not. */
    List<RowPart> rowParts() {
        return rowParts;
    }

    /** The first round of a part of {@link #multiply}, beside the other parts. */
    void beginPart(int part, Matrix gradient, Scaling scaling, double damping) {
        parts.get(part).begin(part, gradient, scaling, damping);
    }

    /** The second round of a part, when all parts have had their first: writes its rows of {@code result}. */
    void finishPart(int part, Matrix result) {
        parts.get(part).finish(result);
    }

    /** Some rows of products. */
    private final class Part {

        private final RowPart rowPart;
        private final Matrix leftRows;
        private final Matrix transposedRows;
        private final Matrix right;
        private final Matrix rotatedRows;
        private final Matrix scratchRows;

        Part(RowPart rowPart, Matrix left, Matrix transposed, Matrix right) {
            this.rowPart = rowPart;
            this.leftRows = rowPart.of(left);
            this.transposedRows = rowPart.of(transposed);
            this.right = right;
            this.rotatedRows = rowPart.of(rotated);
            this.scratchRows = rowPart.of(scratch);
        }

        /** Leaves the rows of {@code f(Q_Aᵀ V Q_S) Q_Sᵀ} in the scratch. */
        void begin(int number, Matrix gradient, Scaling scaling, double damping) {
            backend.multiply(1, transposedRows, false, gradient, false, 0, scratchRows);
            backend.multiply(1, scratchRows, false, right, false, 0, rotatedRows);
            scaling.scale(number, damping, rotatedRows);
            backend.multiply(1, rotatedRows, false, right, true, 0, scratchRows);
        }

        void finish(Matrix result) {
            backend.multiply(1, leftRows, false, scratch, false, 0, rowPart.ofResult(result));
        }
    }
}
