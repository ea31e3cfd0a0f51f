package kingfisher.envs.remote;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * A server as this program knows it before it has answered.
 *
 * @param endpoint where it listens
 * @param token what is sent with every call
 * @param hasCertificate whether this program can show a certificate of its own
 * @param end how its process ended, if it is one that this program started and it has
 */
record Peer(Endpoint endpoint, Optional<String> token, boolean hasCertificate, Supplier<Optional<String>> end) {

    /** A server that this program did not start. */
    static Peer elsewhere(Endpoint endpoint, Optional<String> token, ConnectionOptions options) {
        return new Peer(endpoint, token, options.certificate().isPresent(), Optional::empty);
    }

    /** A server that this program started. */
    static Peer of(LocalServer server) {
        return new Peer(server.endpoint(), Optional.of(server.token()), false, server::end);
    }

    @Override
    public String toString() {
        return "the server at " + endpoint;
    }
}
