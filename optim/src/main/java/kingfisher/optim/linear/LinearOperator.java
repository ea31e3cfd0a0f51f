package kingfisher.optim.linear;

/** A square matrix that is known by its products with vectors. */
public interface LinearOperator {

    /** Number of rows and of columns n. */
    int size();

    /**
     * Computes the product with a vector.
     *
     * @param vector [n]; not modified
     * @param product [n]; overwritten, and not the same array as {@code vector}
     * @throws IllegalArgumentException if a length is not n
     */
    void apply(double[] vector, double[] product);
}
