package kingfisher.envs.remote;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How environments in other processes are reached; native ones need none of it.
 *
 * @param python the interpreter that has the server package; without it {@code KINGFISHER_PYTHON} says it, else the path
 * @param pythonImports modules that a local server imports first, so that they register environments of one's own
 * @param tokenFile holds the token that servers ask for; without it {@code KINGFISHER_TOKEN}, else, for addresses of this
 *     machine, the token file of the user
 * @param authorities certificates that a TLS server must be signed by; without it those that Java trusts
 * @param certificate this client's own certificate chain, for servers that ask for one
 * @param key the certificate's private key
 * @param timeout how long a reset or a step may take
 * @param servers how many local servers share the environments of a group; without it one a core, but no more than there
 *     are environments
 */
public record ConnectionOptions(
        Optional<String> python,
        List<String> pythonImports,
        Optional<Path> tokenFile,
        Optional<Path> authorities,
        Optional<Path> certificate,
        Optional<Path> key,
        Duration timeout,
        OptionalInt servers) {

    /** How long a reset or a step may take if nothing else is said. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

    /** Nothing set. */
    public static final ConnectionOptions DEFAULT = new ConnectionOptions(
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            DEFAULT_TIMEOUT,
            OptionalInt.empty());

    /** Copies the list and checks the timeout. */
    public ConnectionOptions {
        pythonImports = List.copyOf(pythonImports);
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("the timeout must be positive: " + timeout);
        }
        if (servers.isPresent() && servers.getAsInt() < 1) {
            throw new IllegalArgumentException("there must be at least 1 server: " + servers.getAsInt());
        }
    }
}
