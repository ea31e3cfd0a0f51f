package kingfisher.agents.rollout;

/** A quantity of the training has become NaN or infinite; nothing that was computed from it has been kept. */
public final class NonFiniteException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private NonFiniteException(String message) {
        super(message);
    }

    /**
     * Returns the exception for a number that an environment gave.
     *
     * @param environment the environment's id
     * @param quantity for example "the reward of environment 3"
     * @param value what it was
     */
    public static NonFiniteException ofEnvironment(String environment, String quantity, double value) {
        return new NonFiniteException(environment + ": " + quantity + " is " + value
                + ", which nothing can be learned from; the fault is in the environment, check-env may find where");
    }

    /**
     * Returns the exception for a number that learning came to.
     *
     * @param quantity for example "the squared gradient norm of the policy network"
     * @param value what it was
     */
    public static NonFiniteException ofLearning(String quantity, double value) {
        return ofLearning(quantity, value, "a smaller learning-rate or max-gradient-norm");
    }

    /**
     * Returns the exception for a number that learning came to.
     *
     * @param quantity for example "the gradient norm of the policy's surrogate"
     * @param value what it was
     * @param remedy for example "a smaller max-kl"
     */
    public static NonFiniteException ofLearning(String quantity, double value, String remedy) {
        return new NonFiniteException(
                quantity + " is " + value + ": learning diverged; " + remedy + " may keep it on its way");
    }

    /**
     * Returns the exception for a failure that names its quantity.
     *
     * @param failure for example "the value network: the loss is NaN at step 3"
     * @param remedy for example "a smaller critic-learning-rate"
     */
    public static NonFiniteException ofLearning(String failure, String remedy) {
        return new NonFiniteException(failure + ": learning diverged; " + remedy + " may keep it on its way");
    }
}
