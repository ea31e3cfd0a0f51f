package kingfisher.envs.check;

/**
 * Something that {@link EnvironmentChecker} noticed.
 *
 * @param severity how much it matters
 * @param message what was seen and its likely cause, on one line
 */
public record Finding(Severity severity, String message) {

    @Override
    public String toString() {
        return severity + ": " + message;
    }
}
