package kingfisher.optim.distribution;

/** The guards on sizes that all distributions share. */
final class Lengths {
    private Lengths() {}

    /** Checks that an array holds {@code rows} rows of {@code width} numbers. */
    static void require(String name, double[] array, int rows, int width) {
        if (array.length < (long) rows * width) {
            throw new IllegalArgumentException("%s must hold %d numbers (%d rows × %d): %d"
                    .formatted(name, (long) rows * width, rows, width, array.length));
        }
    }

    /** Checks the index of a column among {@code width}. */
    static void requireColumn(int column, int width) {
        if (column < 0 || column >= width) {
            throw new IllegalArgumentException("column must be in [0, %d): %d".formatted(width, column));
        }
    }

    /** Checks a count that a distribution is made with, and returns it. */
    static int atLeast(int least, String name, int count) {
        if (count < least) {
            throw new IllegalArgumentException("%s must be at least %d: %d".formatted(name, least, count));
        }
        return count;
    }
}
