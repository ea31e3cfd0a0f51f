package kingfisher.optim.kfac;

import java.util.List;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.linear.CorrectedKroneckerOperator;
import org.jspecify.annotations.Nullable;

/**
 * {@code Q_A ((Q_Aᵀ V Q_S) ⊘ (d + λ)) Q_Sᵀ} with the λ of each product and eigenvalues d [M × N] that are the moving average
 * of the mean squares of pseudo-gradients in the basis of the eigenvectors.
 *
 * <p>At first d is d_A d_Sᵀ, the eigenvalues of A ⊗ S; when the basis changes, d becomes the diagonal that the matrix has in
 * the new basis. So the average goes on, and only what was off the diagonal is lost.
 */
final class CorrectedPreconditioner extends BasisPreconditioner {

    private final int rows;
    private final int columns;
    private final GradientSquares squares;
    private final List<Matrix> valueParts; // views of the eigenvalues that belong to parts' rows
    private boolean hasBasis;

    CorrectedPreconditioner(Backend backend, int rows, int columns, boolean leftDiagonal, boolean rightDiagonal) {
        super(backend, rows, columns, leftDiagonal, rightDiagonal);
        this.rows = rows;
        this.columns = columns;
        this.squares = new GradientSquares(backend, rows - 1, columns, basis.leftVectors(), basis.rightVectors());
        this.valueParts = basis.rowParts().stream()
                .map(part -> part.of(squares.average()))
                .toList();
    }

    boolean hasBasis() {
        return hasBasis;
    }

    /** The eigenvalues in the basis, once there is one. */
    GradientSquares squares() {
        return squares;
    }

    /** Forgets the basis, and the eigenvalues in it. */
    void forget() {
        hasBasis = false;
    }

    @Override
    public void load(double[][] decomposition) {
        if (hasBasis) {
            Matrix oldLeft = copy(basis.leftVectors());
            Matrix oldRight = copy(basis.rightVectors());
            super.load(decomposition);
            carry(squaredProduct(basis.leftVectors(), oldLeft), squaredProduct(basis.rightVectors(), oldRight));
        } else {
            super.load(decomposition);
            squares.restore(products(decomposition[0], decomposition[2]));
            hasBasis = true;
        }
    }

    private @Nullable Matrix copy(@Nullable Matrix vectors) {
        if (vectors == null) {
            return null;
        }
        Matrix copy = backend.allocate(vectors.rows(), vectors.columns());
        backend.copy(vectors, copy);
        return copy;
    }

    /** The squared cosines {@code (Q'ᵀQ)²} of the angles between new and old vectors, or null where both are the standard. */
    private @Nullable Matrix squaredProduct(@Nullable Matrix vectors, @Nullable Matrix old) {
        if (vectors == null || old == null) {
            return null;
        }
        Matrix product = backend.allocate(vectors.rows(), vectors.rows());
        backend.multiply(1, vectors, true, old, false, 0, product);
        backend.square(product, product);
        return product;
    }

    /** {@code d'_ij = Σ_kl left_ik d_kl right_jl}. */
    private void carry(@Nullable Matrix left, @Nullable Matrix right) {
        Matrix values = squares.average();
        Matrix rotated = backend.allocate(rows, columns);
        if (left != null) {
            backend.multiply(1, left, false, values, false, 0, rotated);
            backend.copy(rotated, values);
        }
        if (right != null) {
            backend.multiply(1, values, false, right, true, 0, rotated);
            backend.copy(rotated, values);
        }
    }

    private static double[] products(double[] left, double[] right) {
        double[] products = new double[left.length * right.length];
        for (int i = 0; i < left.length; i++) {
            for (int j = 0; j < right.length; j++) {
                products[i * right.length + j] = left[i] * right[j];
            }
        }
        return products;
    }

    @Override
    void divide(int part, double damping, Matrix rotated) {
        Matrix values = part == KroneckerBasis.WHOLE ? squares.average() : valueParts.get(part);
        backend.divideShifted(values, damping, rotated);
    }

    /** Returns the matrix as it is now, without damping. */
    CorrectedKroneckerOperator operator() {
        return new CorrectedKroneckerOperator(
                rows,
                numbers(rows, basis.leftVectors()),
                columns,
                numbers(columns, basis.rightVectors()),
                squares.numbers());
    }

    private double[] numbers(int size, @Nullable Matrix vectors) {
        double[] numbers = new double[Math.multiplyExact(size, size)];
        if (vectors != null) {
            backend.download(vectors, numbers);
            return numbers;
        }
        for (int i = 0; i < size; i++) {
            numbers[i * size + i] = 1;
        }
        return numbers;
    }
}
