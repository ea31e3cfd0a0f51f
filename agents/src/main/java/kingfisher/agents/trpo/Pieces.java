package kingfisher.agents.trpo;

/**
 * A cut of neighbouring samples into pieces of about the same size, the first of which is the largest. It depends on the
 * number of samples only.
 *
 * @param first of all samples
 * @param rows number of samples
 * @param count number of pieces
 */
record Pieces(int first, int rows, int count) {

    /** Returns a cut into pieces of so many samples or more, as many as there may be. */
    static Pieces of(int first, int rows, int least, int most) {
        return new Pieces(first, rows, Math.max(1, Math.min(most, rows / least)));
    }

    /** The first sample of a piece, or behind the last piece the one behind all. */
    int first(int piece) {
        return first + (int) (((long) rows * piece + count - 1) / count);
    }

    /** The number of samples in a piece. */
    int size(int piece) {
        return first(piece + 1) - first(piece);
    }
}
