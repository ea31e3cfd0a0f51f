package kingfisher.optim.linear;

/** A matrix that is written out, [n × n]. */
public final class DenseOperator implements LinearOperator {

    private final int size;
    private final double[] matrix;

    /**
     * Copies a row-major matrix.
     *
     * @throws IllegalArgumentException if {@code matrix} has not size² elements
     */
    public DenseOperator(int size, double[] matrix) {
        Shape.requireSquare("matrix", size, matrix);
        this.size = size;
        this.matrix = matrix.clone();
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public void apply(double[] vector, double[] product) {
        Shape.requireOperands(size, vector, product);
        for (int i = 0; i < size; i++) {
            product[i] = Vectors.dot(matrix, i * size, vector, 0, size);
        }
    }

    @Override
    public double[] toDense() {
        return matrix.clone();
    }

    /** {@code Σ C_ii}. */
    public double trace() {
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += matrix[i * size + i];
        }
        return sum;
    }

    /** The Frobenius norm {@code √(Σ C_ij²)}. */
    public double frobeniusNorm() {
        return Vectors.norm(matrix);
    }

    /** The array itself, for operators of this package, which do not modify it. */
    double[] shared() {
        return matrix;
    }
}
