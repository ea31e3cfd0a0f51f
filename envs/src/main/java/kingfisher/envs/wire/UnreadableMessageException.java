package kingfisher.envs.wire;

/**
 * A message breaks the protocol, or says something that this program has no form for.
 *
 * <p>The message is a clause without full stop that names the place, what was found and what is accepted; who shows it puts
 * the environment's name before it.
 */
public final class UnreadableMessageException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** Makes the exception; {@code message} is one line. */
    public UnreadableMessageException(String message) {
        super(message);
    }
}
