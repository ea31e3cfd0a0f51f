package kingfisher.envs.remote;

import io.grpc.Status;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What went wrong with a server, in words for its user; clauses that follow the environment's id and a colon. */
final class Failures {

    private final Peer peer;

    Failures(Peer peer) {
        this.peer = peer;
    }

    /** Why a call ended that came before a group was running. */
    String ofOpening(Status status) {
        return switch (status.getCode()) {
            case UNAUTHENTICATED, PERMISSION_DENIED ->
                peer.token().isPresent()
                        ? peer + " refuses the token: give its own with --token-file or KINGFISHER_TOKEN"
                        : peer + " asks for a token: give it with --token-file or KINGFISHER_TOKEN";
            case UNAVAILABLE -> unavailable(status);
            case CANCELLED -> "interrupted while waiting for " + peer;
            default -> oneLine(detail(status));
        };
    }

    /** Why the stream of a running group ended. */
    String ofStream(Status status) {
        Optional<String> end = peer.end().get();
        if (end.isPresent()) {
            return end.get();
        }
        String detail = oneLine(detail(status));
        if (detail.startsWith("Keepalive failed")) {
            return peer + " does not answer any more: it is frozen, or the connection is lost";
        }
        if (status.getCode() == Status.Code.RESOURCE_EXHAUSTED && detail.startsWith("gRPC message exceeds")) {
            return "a message of " + peer + " is longer than it said they are: " + detail;
        }
        return "the connection to " + peer + " was lost (" + detail + "): see whether it still runs, and what it says";
    }

    /** Why nothing came. */
    String late(String what, Duration patience, String remedy) {
        return peer.end()
                .get()
                .orElseGet(() -> peer + " has not answered " + what + " within " + text(patience)
                        + ": it is frozen, or " + remedy);
    }

    /** That the server does not keep to the protocol. */
    String broken(@Nullable String what) {
        return peer + " breaks the protocol: " + oneLine(what);
    }

    private String unavailable(Status status) {
        Optional<String> end = peer.end().get();
        if (end.isPresent()) {
            return end.get();
        }
        String detail = detail(status);
        Throwable cause = status.getCause();
        if (among(cause, UnknownHostException.class).isPresent() || detail.startsWith("Unable to resolve host")) {
            return peer + " cannot be found: its host is not known";
        }
        if (text(cause).anyMatch(text -> text.contains("not an SSL/TLS record"))) {
            return peer + " speaks without TLS: use grpc:// instead of grpcs://";
        }
        Optional<Throwable> untrusted =
                among(cause, CertificateException.class).or(() -> among(cause, SSLException.class));
        if (untrusted.isPresent()) {
            return "no trust in the certificate of " + peer + " (" + root(untrusted.get())
                    + "): name what signed it with --tls-ca, and the host as the certificate does";
        }
        if (text(cause).anyMatch(text -> text.contains("refused") || text.contains("No such file"))) {
            return "nothing listens at " + peer.endpoint() + ": start a server there, for example with "
                    + "kingfisher-gymnasium serve --listen " + peer.endpoint();
        }
        if (detail.contains("Network closed")
                || detail.contains("Connection reset")
                || text(cause).anyMatch(text -> text.contains("Connection reset"))) {
            return hungUp();
        }
        return peer + " cannot be used: " + oneLine(cause == null ? detail : root(cause));
    }

    private String hungUp() {
        if (!peer.endpoint().isEncrypted()) {
            return peer + " hung up: if it speaks TLS, use grpcs:// instead of grpc://";
        }
        return peer.hasCertificate()
                ? peer + " hung up: it may not trust the certificate of --tls-cert"
                : peer + " hung up: it may ask for a certificate, which --tls-cert and --tls-key give";
    }

    private static String detail(Status status) {
        return Optional.ofNullable(status.getDescription())
                .orElse(status.getCode().name());
    }

    private static <T extends Throwable> Optional<Throwable> among(@Nullable Throwable thrown, Class<T> type) {
        return causes(thrown).filter(type::isInstance).findFirst();
    }

    private static Stream<String> text(@Nullable Throwable thrown) {
        return causes(thrown).map(cause -> String.valueOf(cause.getMessage()));
    }

    private static Stream<Throwable> causes(@Nullable Throwable thrown) {
        return thrown == null ? Stream.empty() : Stream.iterate(thrown, cause -> cause != null, Throwable::getCause);
    }

    private static String root(Throwable thrown) {
        Throwable root = causes(thrown).reduce(thrown, (outer, inner) -> inner);
        return Optional.ofNullable(root.getMessage()).orElse(root.getClass().getSimpleName());
    }

    private static String text(Duration patience) {
        return patience.toMillis() % 1000 == 0 ? patience.toSeconds() + " s" : patience.toMillis() + " ms";
    }

    /** A text of a server in one line that no terminal stumbles over. */
    static String oneLine(@Nullable String text) {
        return String.valueOf(text).replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
    }
}
