package kingfisher.optim.linear;

/**
 * The answer to the wish to decompose a matrix. That there is none is an answer too, not an exception: raising the damping
 * and asking again is the normal path of a curvature optimizer.
 *
 * @param <T> what is found
 */
public sealed interface Decomposition<T> {

    /**
     * The decomposition of the matrix, or of one with a larger diagonal.
     *
     * @param value what was asked for
     * @param jitter what had to be added to the diagonal, 0 if nothing
     */
    record Found<T>(T value, double jitter) implements Decomposition<T> {}

    /** There is none. */
    record Failed<T>(Reason reason) implements Decomposition<T> {}

    /** Why a matrix has no decomposition. */
    enum Reason {
        /** An element, or a number on the way, is infinite or NaN. */
        NOT_FINITE,
        /** The matrix has an eigenvalue that is not positive, even with the largest jitter. */
        NOT_POSITIVE_DEFINITE,
        /** The iteration for the eigenvalues has not come to an end. */
        NO_CONVERGENCE
    }

    /**
     * Returns what was found, for a caller who knows that there is something.
     *
     * @throws IllegalStateException if there is nothing, naming the reason
     */
    default T orElseThrow() {
        if (this instanceof Found<T> found) {
            return found.value();
        }
        throw new IllegalStateException("no decomposition: " + ((Failed<T>) this).reason());
    }
}
