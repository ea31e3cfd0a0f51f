package kingfisher.envs.remote;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.wire.Protocol;

/** Makes gRPC's channels to servers. */
final class Channels {

    private Channels() {}

    /**
     * A channel that connects when it is first used.
     *
     * @throws InvalidInputException if the TLS files do not fit the endpoint or each other, or cannot be used
     */
    static ManagedChannel open(Endpoint endpoint, ConnectionOptions options, Deadlines deadlines, SocketLoop loop) {
        return builder(endpoint, options)
                .eventLoopGroup(loop)
                .channelType(SocketLoop.channelType(endpoint))
                // the streams' listeners only hand over, which is no work for another thread
                .directExecutor()
                .disableRetry()
                .disableServiceConfigLookUp()
                .maxInboundMessageSize(Protocol.MESSAGE_BYTES)
                .keepAliveTime(deadlines.keepalive().toNanos(), TimeUnit.NANOSECONDS)
                .keepAliveTimeout(deadlines.keepaliveAnswer().toNanos(), TimeUnit.NANOSECONDS)
                .build();
    }

    private static NettyChannelBuilder builder(Endpoint endpoint, ConnectionOptions options) {
        if (endpoint instanceof Endpoint.Unix) {
            NettyChannelBuilder builder = (NettyChannelBuilder)
                    Grpc.newChannelBuilder(endpoint.toString(), InsecureChannelCredentials.create());
            // gRPC sets it for every socket, and logs a warning for those that do not have it; null takes it back
            return builder.withOption(ChannelOption.SO_KEEPALIVE, null);
        }
        try {
            // not by gRPC's registry, which throws something else and hides why TLS files cannot be used
            return NettyChannelBuilder.forTarget(
                    "dns:///" + endpoint,
                    endpoint.isEncrypted() ? credentials(options) : InsecureChannelCredentials.create());
        } catch (IllegalArgumentException unusable) {
            throw new InvalidInputException(
                    files(options) + " cannot be used: " + Failures.oneLine(Failures.root(unusable)));
        }
    }

    private static String files(ConnectionOptions options) {
        return Stream.of(options.authorities(), options.certificate(), options.key())
                .flatMap(Optional::stream)
                .map(Path::toString)
                .collect(Collectors.joining(", ", "the TLS files ", ""));
    }

    /** Refuses TLS files that would be of no use. */
    static void requireFitting(String id, Endpoint endpoint, ConnectionOptions options) {
        if (options.certificate().isPresent() != options.key().isPresent()) {
            throw new InvalidInputException("--tls-cert and --tls-key belong together, and one of them is missing");
        }
        if (!endpoint.isEncrypted()
                && (options.authorities().isPresent() || options.certificate().isPresent())) {
            throw new InvalidInputException(id + " is without TLS, but TLS files are given: use grpcs://, or none of"
                    + " --tls-ca, --tls-cert and --tls-key");
        }
    }

    private static ChannelCredentials credentials(ConnectionOptions options) {
        TlsChannelCredentials.Builder credentials = TlsChannelCredentials.newBuilder();
        try {
            if (options.authorities().isPresent()) {
                credentials.trustManager(
                        readable("--tls-ca", options.authorities().get()).toFile());
            }
            if (options.certificate().isPresent() && options.key().isPresent()) {
                credentials.keyManager(
                        readable("--tls-cert", options.certificate().get()).toFile(),
                        readable("--tls-key", options.key().get()).toFile());
            }
        } catch (IOException unreadable) {
            throw new InvalidInputException(
                    files(options) + " cannot be read: " + Failures.oneLine(unreadable.getMessage()));
        }
        return credentials.build();
    }

    private static Path readable(String option, Path file) {
        if (!Files.isReadable(file)) {
            throw new InvalidInputException(option + " " + file + " cannot be read");
        }
        return file;
    }
}
