package kingfisher.envs.remote;

import java.time.Duration;
import kingfisher.envs.wire.Protocol;

/**
 * How long the parts of working with a server may take.
 *
 * @param connect until it has said what it is, or attached a stream
 * @param create until it has made a group of environments
 * @param request until it has carried out a reset or a step
 * @param keepalive how often to ask an idle server whether it is there
 * @param keepaliveAnswer until it has answered that
 */
record Deadlines(Duration connect, Duration create, Duration request, Duration keepalive, Duration keepaliveAnswer) {

    private static final Duration CONNECT = Duration.ofSeconds(20);
    private static final Duration CREATE = Duration.ofMinutes(5);

    /** The usual ones, with the options' timeout. */
    static Deadlines of(ConnectionOptions options) {
        return new Deadlines(
                CONNECT, CREATE, options.timeout(), Protocol.KEEPALIVE_INTERVAL, Protocol.KEEPALIVE_TIMEOUT);
    }
}
