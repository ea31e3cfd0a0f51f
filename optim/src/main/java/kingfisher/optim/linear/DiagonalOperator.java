package kingfisher.optim.linear;

/** A matrix of which only the diagonal is not 0, [n × n]. */
public final class DiagonalOperator implements LinearOperator {

    private final double[] diagonal;

    /**
     * Copies a diagonal.
     *
     * @throws IllegalArgumentException if it has no element
     */
    public DiagonalOperator(double[] diagonal) {
        Shape.requireMatrix("diagonal", 1, diagonal.length, diagonal);
        this.diagonal = diagonal.clone();
    }

    @Override
    public int size() {
        return diagonal.length;
    }

    @Override
    public void apply(double[] vector, double[] product) {
        Shape.requireOperands(diagonal.length, vector, product);
        for (int i = 0; i < diagonal.length; i++) {
            product[i] = diagonal[i] * vector[i];
        }
    }
}
