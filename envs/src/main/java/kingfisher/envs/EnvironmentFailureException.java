package kingfisher.envs;

/**
 * An environment that was in use can't go on: its process ended, it does not answer, its own code failed.
 *
 * <p>The message is one line that names the environment, what happened and what to do.
 */
public final class EnvironmentFailureException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** Makes the exception; {@code message} is one line for the user. */
    public EnvironmentFailureException(String message) {
        super(message);
    }

    /** Makes the exception with what caused it. */
    public EnvironmentFailureException(String message, Throwable cause) {
        super(message, cause);
    }
}
