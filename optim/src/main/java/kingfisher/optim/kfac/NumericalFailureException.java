package kingfisher.optim.kfac;

/** A quantity that an optimizer cannot go on with; the message names it. Parameters and caches are as they were before. */
public final class NumericalFailureException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** Names the quantity. */
    public NumericalFailureException(String message) {
        super(message);
    }
}
