package kingfisher.agents.rollout;

/** A quantity of the training has become NaN or infinite; nothing that was computed from it has been kept. */
public final class NonFiniteException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /**
     * Names the quantity.
     *
     * @param quantity for example "the reward of environment 3"
     * @param value what it was
     */
    public NonFiniteException(String quantity, double value) {
        super(quantity + " is " + value);
    }
}
