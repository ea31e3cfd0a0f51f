package kingfisher.optim.linear;

/** Checks of sizes, with messages that name what was expected and what was found. */
final class Shape {

    private Shape() {}

    /** Checks that an array holds a square matrix of at least one row. */
    static void requireSquare(String name, int size, double[] matrix) {
        requireMatrix(name, size, size, matrix);
    }

    /** Checks that an array holds exactly {@code rows × columns} numbers, at least one. */
    static void requireMatrix(String name, int rows, int columns, double[] matrix) {
        if (rows < 1 || columns < 1) {
            throw new IllegalArgumentException(
                    "%s: expected at least one row and column, found %d × %d".formatted(name, rows, columns));
        }
        if (matrix.length != (long) rows * columns) {
            throw new IllegalArgumentException("%s: expected %d numbers (%d × %d), found %d"
                    .formatted(name, (long) rows * columns, rows, columns, matrix.length));
        }
    }

    /** Returns the size of a Kronecker product, checked to fit an array. */
    static int kroneckerSize(int left, int right) {
        if ((long) left * right > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("Kronecker product: expected a size of at most %d, found %d × %d"
                    .formatted(Integer.MAX_VALUE, left, right));
        }
        return left * right;
    }

    /** Checks the arguments of {@link LinearOperator#apply}. */
    static void requireOperands(int size, double[] vector, double[] product) {
        if (vector.length != size) {
            throw new IllegalArgumentException("vector: expected %d numbers, found %d".formatted(size, vector.length));
        }
        if (product.length != size) {
            throw new IllegalArgumentException(
                    "product: expected %d numbers, found %d".formatted(size, product.length));
        }
        if (vector == product) {
            throw new IllegalArgumentException("vector and product: expected two arrays, found one");
        }
    }
}
