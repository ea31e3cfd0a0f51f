package kingfisher.envs;

/**
 * What a user asked for cannot be: an unknown id, an argument or an action outside what is accepted, a damaged snapshot.
 *
 * <p>The message is one line that names the thing, the value found and what is accepted; a command line shows it as it is.
 */
public final class InvalidInputException extends IllegalArgumentException {

    /** Makes the exception; {@code message} is one line for the user. */
    public InvalidInputException(String message) {
        super(message);
    }
}
