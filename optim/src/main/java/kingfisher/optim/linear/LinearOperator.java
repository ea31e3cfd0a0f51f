package kingfisher.optim.linear;

/**
 * A square matrix C [n × n] that is known by its products with vectors of doubles.
 *
 * <p>The matrix never changes. An operator may hold scratch, so that products allocate nothing; it is then for one thread
 * at a time, and so is every operator made of it.
 */
public interface LinearOperator {

    /** The largest size for which {@link #toDense} writes the matrix out: 128 MiB. */
    int LARGEST_DENSE = 4096;

    /** Number of rows n. */
    int size();

    /**
     * {@code product = C · vector}.
     *
     * @param vector [n], not modified
     * @param product [n], overwritten; must not overlap {@code vector}
     * @throws IllegalArgumentException if an array has not n elements or both are one
     */
    void apply(double[] vector, double[] product);

    /**
     * Returns C, row-major [n × n], made by n products with unit vectors.
     *
     * @throws IllegalStateException if n is larger than {@link #LARGEST_DENSE}
     */
    default double[] toDense() {
        int size = size();
        if (size > LARGEST_DENSE) {
            throw new IllegalStateException(
                    "dense form: expected at most %d rows, found %d".formatted(LARGEST_DENSE, size));
        }
        double[] dense = new double[size * size];
        double[] unit = new double[size];
        double[] column = new double[size];
        for (int j = 0; j < size; j++) {
            unit[j] = 1;
            apply(unit, column);
            unit[j] = 0;
            for (int i = 0; i < size; i++) {
                dense[i * size + j] = column[i];
            }
        }
        return dense;
    }
}
