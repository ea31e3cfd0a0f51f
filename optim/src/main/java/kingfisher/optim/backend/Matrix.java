package kingfisher.optim.backend;

/**
 * A dense row-major matrix that lives where its {@link Backend} keeps numbers; only that backend can read or write it.
 *
 * <p>A matrix never changes its shape. Views ({@link #reshaped}) share memory with the matrix they were taken from.
 */
public interface Matrix {

    /** Number of rows, at least one. */
    int rows();

    /** Number of columns, at least one. */
    int columns();

    /** Number of elements, {@code rows() * columns()}. */
    default int size() {
        return rows() * columns();
    }

    /**
     * Returns a view of {@code rows * columns} consecutive elements of this matrix, in row-major order from
     * {@code offset}; writing through the view writes this matrix.
     *
     * <p>Views are made once and kept: taking one allocates.
     *
     * @throws IllegalArgumentException if the range does not lie within this matrix
     */
    Matrix reshaped(int offset, int rows, int columns);

    /** Returns a view of the rows {@code [first, first + count)}. */
    default Matrix rowRange(int first, int count) {
        return reshaped(first * columns(), count, columns());
    }
}
