package kingfisher.optim.backend;

/** Checks of operand shapes, with messages that print both. */
public final class Shapes {

    private Shapes() {}

    /** Throws {@link IllegalArgumentException} unless {@code x} and {@code y} have the same shape. */
    public static void requireSame(String operation, Matrix x, Matrix y) {
        if (x.rows() != y.rows() || x.columns() != y.columns()) {
            throw mismatch(operation, x, y);
        }
    }

    /** Throws {@link IllegalArgumentException} unless {@code matrix} is {@code rows × columns}. */
    public static void require(String operation, Matrix matrix, int rows, int columns) {
        if (matrix.rows() != rows || matrix.columns() != columns) {
            throw new IllegalArgumentException(
                    operation + ": expected " + rows + "x" + columns + ", found " + describe(matrix));
        }
    }

    /** Throws {@link IllegalArgumentException} unless {@code rows × columns} elements from {@code offset} exist. */
    public static void requireRange(Matrix matrix, int offset, int rows, int columns) {
        if (offset < 0 || rows < 1 || columns < 1 || (long) offset + (long) rows * columns > matrix.size()) {
            throw new IllegalArgumentException("a view of " + rows + "x" + columns + " elements from " + offset
                    + " does not lie within " + describe(matrix));
        }
    }

    /** Throws {@link IllegalArgumentException} unless both dimensions are at least one. */
    public static void requirePositive(int rows, int columns) {
        if (rows < 1 || columns < 1 || (long) rows * columns > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a matrix can't have the shape " + rows + "x" + columns);
        }
    }

    /** Returns the exception for two operands that do not fit each other. */
    public static IllegalArgumentException mismatch(String operation, Matrix x, Matrix y) {
        return new IllegalArgumentException(
                operation + ": the shapes " + describe(x) + " and " + describe(y) + " do not fit");
    }

    private static String describe(Matrix matrix) {
        return matrix.rows() + "x" + matrix.columns();
    }
}
