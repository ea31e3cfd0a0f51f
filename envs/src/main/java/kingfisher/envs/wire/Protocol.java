package kingfisher.envs.wire;

import io.grpc.Metadata;
import java.time.Duration;
import kingfisher.env.v1.ProtocolVersion;

/** The numbers and names that both ends of the environment service agree on. */
public final class Protocol {

    /** The version that this program speaks; another major version is another protocol. */
    public static final ProtocolVersion VERSION =
            ProtocolVersion.newBuilder().setMajor(1).setMinor(0).build();

    /** The metadata entry that carries {@link #bearer}. */
    public static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    /** The environment variable that holds the token, at both ends. */
    public static final String TOKEN_VARIABLE = "KINGFISHER_TOKEN";

    /** Bytes of one message, in both directions, unless a server says otherwise. */
    public static final int MESSAGE_BYTES = 64 << 20;

    /** How often a client with an open stream asks whether the server is there. */
    public static final Duration KEEPALIVE_INTERVAL = Duration.ofSeconds(20);

    /** How long the answer may take; then the connection counts as lost. */
    public static final Duration KEEPALIVE_TIMEOUT = Duration.ofSeconds(10);

    /** The shortest {@link #KEEPALIVE_INTERVAL} that a server has to put up with. */
    public static final Duration KEEPALIVE_PERMITTED = Duration.ofSeconds(10);

    private Protocol() {}

    /** Whether two versions understand each other. */
    public static boolean isCompatible(ProtocolVersion other) {
        return other.getMajor() == VERSION.getMajor();
    }

    /** A version as text: {@code 1.0}. */
    public static String text(ProtocolVersion version) {
        return Integer.toUnsignedString(version.getMajor()) + "." + Integer.toUnsignedString(version.getMinor());
    }

    /** The value of {@link #AUTHORIZATION} for a token. */
    public static String bearer(String token) {
        return "Bearer " + token;
    }
}
