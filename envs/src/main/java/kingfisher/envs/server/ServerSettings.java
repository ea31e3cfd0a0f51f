package kingfisher.envs.server;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a server needs to know.
 *
 * @param address where it listens
 * @param token what clients must send; without it everybody who gets through is served
 * @param tls how it encrypts; without it it listens to this machine only
 * @param allowed patterns of the ids that are offered, with {@code *} and {@code ?}; none: all
 * @param limits what it takes at most
 * @param attachTimeout how long a group waits for its stream
 */
public record ServerSettings(
        ListenAddress address,
        Optional<String> token,
        Optional<TlsFiles> tls,
        List<String> allowed,
        Limits limits,
        Duration attachTimeout) {

    /** How long a group waits for its stream if nothing else is said. */
    public static final Duration ATTACH_TIMEOUT = Duration.ofSeconds(60);

    /** Copies the list. */
    public ServerSettings {
        allowed = List.copyOf(allowed);
    }
}
