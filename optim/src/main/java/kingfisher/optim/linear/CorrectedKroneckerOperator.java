package kingfisher.optim.linear;

/**
 * A matrix {@code (Q_A ⊗ Q_S) diag(d) (Q_A ⊗ Q_S)ᵀ} with the eigenvectors of a Kronecker product and eigenvalues of its own
 * (George et al. 2018, "Fast approximate natural gradient descent in a Kronecker-factored eigenbasis"). With the mean
 * squares of a matrix in that basis as d, none with these eigenvectors is nearer to it in the Frobenius norm.
 */
public final class CorrectedKroneckerOperator implements LinearOperator {

    private final int rows;
    private final int columns;
    private final double[] left;
    private final double[] right;
    private final double[] values;
    private final double[] scratch;
    private final Routines routines = Routines.best();

    /**
     * Copies the parts.
     *
     * @param rows M
     * @param left Q_A, row-major [M × M], eigenvectors as columns
     * @param columns N
     * @param right Q_S, row-major [N × N]
     * @param values d [M × N]
     * @throws IllegalArgumentException if an array has another length
     */
    public CorrectedKroneckerOperator(int rows, double[] left, int columns, double[] right, double[] values) {
        Shape.requireSquare("left", rows, left);
        Shape.requireSquare("right", columns, right);
        Shape.requireMatrix("values", rows, columns, values);
        this.rows = rows;
        this.columns = columns;
        this.left = left.clone();
        this.right = right.clone();
        this.values = values.clone();
        this.scratch = new double[values.length];
    }

    @Override
    public int size() {
        return values.length;
    }

    @Override
    public void apply(double[] vector, double[] product) {
        Shape.requireOperands(size(), vector, product);
        routines.multiply(rows, rows, columns, left, true, vector, false, scratch);
        routines.multiply(rows, columns, columns, scratch, false, right, false, product);
        for (int i = 0; i < product.length; i++) {
            product[i] *= values[i];
        }
        routines.multiply(rows, rows, columns, left, false, product, false, scratch);
        routines.multiply(rows, columns, columns, scratch, false, right, true, product);
    }
}
