package kingfisher.envs.server;

import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import kingfisher.env.v1.AutoresetMode;
import kingfisher.env.v1.CreateGroupRequest;
import kingfisher.env.v1.EnvironmentServiceGrpc;
import kingfisher.env.v1.EnvironmentServiceGrpc.EnvironmentServiceBlockingStub;
import kingfisher.env.v1.EnvironmentServiceGrpc.EnvironmentServiceStub;
import kingfisher.env.v1.Value;
import kingfisher.envs.wire.Protocol;

/** A server on a free port, with the generated stubs of a client that has its token. */
final class TestServer implements AutoCloseable {

    static final String TOKEN = "the-token-of-tests";

    private final EnvironmentServer server;
    private final ManagedChannel channel;

    TestServer() {
        this(settings -> settings);
    }

    TestServer(UnaryOperator<ServerSettings> change) {
        server = EnvironmentServer.start(change.apply(settings()));
        InetSocketAddress address = ((ListenAddress.Tcp) server.address()).address();
        channel = NettyChannelBuilder.forAddress(address)
                .usePlaintext()
                .maxInboundMessageSize(Protocol.MESSAGE_BYTES)
                .build();
    }

    static ServerSettings settings() {
        return new ServerSettings(
                new ListenAddress.Tcp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                Optional.of(TOKEN),
                Optional.empty(),
                List.of(),
                Limits.DEFAULT,
                ServerSettings.ATTACH_TIMEOUT);
    }

    static ServerSettings with(ServerSettings settings, Limits limits) {
        return new ServerSettings(
                settings.address(),
                settings.token(),
                settings.tls(),
                settings.allowed(),
                limits,
                settings.attachTimeout());
    }

    static ServerSettings with(ServerSettings settings, ListenAddress address) {
        return new ServerSettings(
                address,
                settings.token(),
                settings.tls(),
                settings.allowed(),
                settings.limits(),
                settings.attachTimeout());
    }

    static ServerSettings with(ServerSettings settings, Duration attachTimeout) {
        return new ServerSettings(
                settings.address(),
                settings.token(),
                settings.tls(),
                settings.allowed(),
                settings.limits(),
                attachTimeout);
    }

    static ServerSettings allowing(ServerSettings settings, String... patterns) {
        return new ServerSettings(
                settings.address(),
                settings.token(),
                settings.tls(),
                List.of(patterns),
                settings.limits(),
                settings.attachTimeout());
    }

    EnvironmentServer server() {
        return server;
    }

    ManagedChannel channel() {
        return channel;
    }

    static ClientInterceptor authorization(String value) {
        Metadata metadata = new Metadata();
        metadata.put(Protocol.AUTHORIZATION, value);
        return MetadataUtils.newAttachHeadersInterceptor(metadata);
    }

    EnvironmentServiceBlockingStub calls() {
        return EnvironmentServiceGrpc.newBlockingStub(channel)
                .withInterceptors(authorization(Protocol.bearer(TOKEN)))
                .withDeadlineAfter(30, TimeUnit.SECONDS);
    }

    EnvironmentServiceStub streams() {
        return EnvironmentServiceGrpc.newStub(channel).withInterceptors(authorization(Protocol.bearer(TOKEN)));
    }

    static CreateGroupRequest.Builder request(String environment, int count, AutoresetMode autoreset) {
        return CreateGroupRequest.newBuilder()
                .setProtocol(Protocol.VERSION)
                .setEnvironment(environment)
                .setCount(count)
                .setAutoreset(autoreset);
    }

    static CreateGroupRequest.Builder faulty(String fault, int count) {
        return request(ServedEnvironments.FAKE, count, AutoresetMode.AUTORESET_MODE_SAME_STEP)
                .putArguments("fault", Value.newBuilder().setText(fault).build());
    }

    /** Makes a group and attaches a stream to it. */
    TestStream open(CreateGroupRequest.Builder request) {
        return new TestStream(streams())
                .attach(calls().createGroup(request.build()).getGroup());
    }

    @Override
    public void close() {
        channel.shutdownNow();
        server.close();
    }
}
