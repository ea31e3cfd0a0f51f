package kingfisher.envs.remote;

import io.grpc.Status;
import java.io.FileNotFoundException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import kingfisher.env.v1.Error;
import org.jspecify.annotations.Nullable;

/** What went wrong with a server, in words for its user; clauses that follow the environment's id and a colon. */
final class Failures {

    private static final int LONGEST = 2_000;
    /** Blanks, the control characters of ASCII and of ISO 8859, Unicode's ends of lines, and what changes directions. */
    private static final Pattern NO_TEXT = Pattern.compile("[\\s\\p{Cc}\\p{Zl}\\p{Zp}\\u202a-\\u202e\\u2066-\\u2069]+");

    /** What TLS says when the other side refuses a certificate of this side, or that there is none. */
    private static final Pattern REFUSAL_OF_CERTIFICATE =
            Pattern.compile("(?i)alert.*(certificate|unknown_ca|handshake_failure|access_denied)");

    /** What gRPC says of bytes that are not its protocol, and how those end that are TLS's. */
    private static final String NO_SETTINGS = "First received frame was not SETTINGS";

    private static final Pattern TLS_ALERT = Pattern.compile("bytes: 1503[0-9a-f]*$");

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
            case CANCELLED -> cancelled(status);
            case OK -> peer + " ended the call without an answer: see what it says";
            default -> other(status);
        };
    }

    /** That whoever listens there is somebody else. */
    String noServer() {
        return "what listens at " + peer.endpoint() + " is no server of environments";
    }

    /** Statuses with a cause were made on this side, by what came instead of an answer. */
    private String other(Status status) {
        Throwable cause = status.getCause();
        if (cause == null) {
            return oneLine(detail(status));
        }
        if (text(cause).anyMatch(text -> text.startsWith(NO_SETTINGS))) {
            return text(cause).anyMatch(text -> TLS_ALERT.matcher(text).find()) ? hungUp() : noServer();
        }
        return peer + " cannot be used: " + oneLine(root(cause));
    }

    private String cancelled(Status status) {
        if (isUnreadable(status)) {
            return unreadable(status);
        }
        return among(status.getCause(), InterruptedException.class).isPresent()
                ? "interrupted while waiting for " + peer
                : peer + " broke the call off: " + oneLine(detail(status));
    }

    /** Why the stream of a running group ended. */
    String ofStream(Status status) {
        Optional<String> end = peer.end().get();
        if (end.isPresent()) {
            return end.get();
        }
        if (isUnreadable(status)) {
            return unreadable(status);
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
        String answered = what.isEmpty() ? " has not answered" : " has not answered " + what;
        return peer.end()
                .get()
                .orElseGet(() -> peer + answered + " within " + text(patience) + ": it is frozen, or " + remedy);
    }

    /** Why the server did not carry out a request. */
    String told(Error error) {
        String text = oneLine(error.getMessage());
        return text.isEmpty() ? peer + " answers " + error.getCode() + " and does not say why" : text;
    }

    /** Whether what came is no message at all, which gRPC treats as if the call had been cancelled. */
    private static boolean isUnreadable(Status status) {
        return status.getCode() == Status.Code.CANCELLED && detail(status).startsWith("Failed to read message");
    }

    private String unreadable(Status status) {
        Throwable cause = status.getCause();
        return broken("its answer cannot be read (" + (cause == null ? detail(status) : root(cause)) + ")");
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
        if (text(cause).anyMatch(text -> REFUSAL_OF_CERTIFICATE.matcher(text).find())) {
            return peer.hasCertificate()
                    ? peer + " does not trust the certificate of --tls-cert"
                    : peer + " asks for a certificate, which --tls-cert and --tls-key give";
        }
        Optional<Throwable> untrusted =
                among(cause, CertificateException.class).or(() -> among(cause, SSLException.class));
        if (untrusted.isPresent()) {
            return "no trust in the certificate of " + peer + " (" + root(untrusted.get())
                    + "): name what signed it with --tls-ca, and the host as the certificate does";
        }
        if (text(cause).anyMatch(text -> text.contains("refused") || text.contains("No such file"))
                || among(cause, FileNotFoundException.class).isPresent()) { // of a socket, without a text
            return "nothing listens at " + peer.endpoint() + ": start a server there, for example with "
                    + "kingfisher-gymnasium serve --listen " + peer.endpoint();
        }
        if (detail.contains("Network closed")
                || detail.contains("Connection reset")
                || among(cause, ClosedChannelException.class).isPresent()
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
                .filter(description -> !description.isBlank())
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

    /** What is at the bottom of an exception. */
    static String root(Throwable thrown) {
        Throwable root = causes(thrown).reduce(thrown, (outer, inner) -> inner);
        return Optional.ofNullable(root.getMessage()).orElse(root.getClass().getSimpleName());
    }

    private static String text(Duration patience) {
        return patience.toMillis() % 1000 == 0 ? patience.toSeconds() + " s" : patience.toMillis() + " ms";
    }

    /** A text of a server in one line of bounded length that no terminal stumbles over. */
    static String oneLine(@Nullable String text) {
        String whole = String.valueOf(text);
        String start = whole.length() > LONGEST ? whole.substring(0, LONGEST) + "…" : whole;
        return NO_TEXT.matcher(start).replaceAll(" ").strip();
    }
}
