package kingfisher.envs;

/** Says in one line what a user gave that cannot be accepted, and what would be. */
public class InvalidInputException extends IllegalArgumentException {

    /** Creates the exception with the line that the user reads. */
    public InvalidInputException(String message) {
        super(message);
    }
}
