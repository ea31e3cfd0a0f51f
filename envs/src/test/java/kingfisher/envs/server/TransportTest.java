package kingfisher.envs.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import kingfisher.env.v1.EnvironmentServiceGrpc;
import kingfisher.env.v1.GetServerInfoRequest;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.testing.Certificates;
import kingfisher.envs.wire.Protocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a server is reached: TLS, mutual TLS, ports, Unix sockets, and who is kept out. */
class TransportTest {

    @TempDir
    private Path folder;

    private static EnvironmentServer start(String address, Optional<TlsFiles> tls) {
        ServerSettings settings = TestServer.settings();
        return EnvironmentServer.start(new ServerSettings(
                ListenAddress.parse(address),
                settings.token(),
                tls,
                List.of(),
                Limits.DEFAULT,
                ServerSettings.ATTACH_TIMEOUT));
    }

    private static String ask(ManagedChannel channel) {
        try {
            return EnvironmentServiceGrpc.newBlockingStub(channel)
                    .withInterceptors(TestServer.authorization(Protocol.bearer(TestServer.TOKEN)))
                    .withDeadlineAfter(20, TimeUnit.SECONDS)
                    .getServerInfo(GetServerInfoRequest.getDefaultInstance())
                    .getName();
        } finally {
            channel.shutdownNow();
        }
    }

    private static String ask(EnvironmentServer server, ChannelCredentials credentials) {
        int port = ((ListenAddress.Tcp) server.address()).address().getPort();
        return ask(
                Grpc.newChannelBuilderForAddress("localhost", port, credentials).build());
    }

    @Test
    void overTlsTheClientKnowsTheServer() throws IOException {
        Certificates own = Certificates.make(folder, "server");
        Certificates other = Certificates.make(folder, "other");
        TlsFiles tls = new TlsFiles(own.certificate(), own.key(), Optional.empty());
        try (EnvironmentServer server = start("127.0.0.1:0", Optional.of(tls))) {
            ChannelCredentials trusting = TlsChannelCredentials.newBuilder()
                    .trustManager(own.certificate().toFile())
                    .build();
            ChannelCredentials mistaken = TlsChannelCredentials.newBuilder()
                    .trustManager(other.certificate().toFile())
                    .build();
            assertThat(ask(server, trusting)).isEqualTo("kingfisher");
            assertUnavailable(server, mistaken);
            assertUnavailable(server, InsecureChannelCredentials.create());
        }
    }

    @Test
    void overMutualTlsTheServerKnowsTheClientToo() throws IOException {
        Certificates own = Certificates.make(folder, "server");
        Certificates friend = Certificates.make(folder, "friend");
        Certificates stranger = Certificates.make(folder, "stranger");
        TlsFiles tls = new TlsFiles(own.certificate(), own.key(), Optional.of(friend.certificate()));
        try (EnvironmentServer server = start("127.0.0.1:0", Optional.of(tls))) {
            assertThat(ask(server, client(own, friend))).isEqualTo("kingfisher");
            assertUnavailable(server, client(own, stranger));
            assertUnavailable(
                    server,
                    TlsChannelCredentials.newBuilder()
                            .trustManager(own.certificate().toFile())
                            .build());
        }
    }

    private static ChannelCredentials client(Certificates server, Certificates client) throws IOException {
        return TlsChannelCredentials.newBuilder()
                .trustManager(server.certificate().toFile())
                .keyManager(client.certificate().toFile(), client.key().toFile())
                .build();
    }

    private static void assertUnavailable(EnvironmentServer server, ChannelCredentials credentials) {
        assertThatThrownBy(() -> ask(server, credentials))
                .extracting(Status::fromThrowable)
                .extracting(Status::getCode)
                .isEqualTo(Status.Code.UNAVAILABLE);
    }

    @Test
    void tlsFilesThatCannotBeUsedAreNamed() throws IOException {
        Certificates own = Certificates.make(folder, "server");
        Path absent = folder.resolve("absent");
        Path nothing = Files.writeString(folder.resolve("nothing"), "no certificate\n");
        for (TlsFiles wrong : List.of(
                new TlsFiles(absent, own.key(), Optional.empty()),
                new TlsFiles(own.certificate(), absent, Optional.empty()),
                new TlsFiles(nothing, own.key(), Optional.empty()),
                new TlsFiles(own.certificate(), nothing, Optional.empty()),
                new TlsFiles(own.certificate(), own.key(), Optional.of(nothing)),
                new TlsFiles(own.certificate(), own.key(), Optional.of(absent)))) {
            assertThatThrownBy(() -> start("127.0.0.1:0", Optional.of(wrong)))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageStartingWith("the TLS files " + wrong.certificate() + ", " + wrong.key())
                    .hasMessageContaining(" cannot be used: ")
                    .hasMessageNotContaining("\n");
        }
    }

    @Test
    void withoutTlsOtherMachinesAreKeptOut() {
        Certificates own = Certificates.make(folder, "server");
        assertThatThrownBy(() -> start("0.0.0.0:0", Optional.empty()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "0.0.0.0:0 can be reached from other machines: give a certificate and its key (TLS), or listen"
                                + " on 127.0.0.1 or a Unix socket");
        TlsFiles tls = new TlsFiles(own.certificate(), own.key(), Optional.empty());
        try (EnvironmentServer server = start("0.0.0.0:0", Optional.of(tls))) {
            assertThat(server.address().toString()).matches("0\\.0\\.0\\.0:[1-9][0-9]+");
        }
    }

    @Test
    void aPortThatIsTakenIsRefused() throws IOException {
        try (ServerSocket taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            String address = "127.0.0.1:" + taken.getLocalPort();
            assertThatThrownBy(() -> start(address, Optional.empty()))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageStartingWith(address + " cannot be listened on: ")
                    .hasMessageContaining("already in use")
                    .hasMessageNotContaining("\n");
        }
        try (EnvironmentServer server = start("127.0.0.1:0", Optional.empty())) {
            String address = server.address().toString();
            assertThatThrownBy(() -> start(address, Optional.empty())).hasMessageStartingWith(address + " cannot be");
        }
    }

    @Test
    void aUnixSocketIsForItsOwnerAlone() throws IOException {
        Path socket = folder.resolve("socket");
        String address = "unix:" + socket;
        try (EnvironmentServer server = start(address, Optional.empty())) {
            assertThat(server.address()).hasToString(address);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                    .isEqualTo("rw-------");
            assertThat(askUnix(socket)).isEqualTo("kingfisher");
            assertThatThrownBy(() -> start(address, Optional.empty()))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessage(address + " is taken: a server answers there");
            assertThat(askUnix(socket)).isEqualTo("kingfisher");
        }
        assertThat(socket).doesNotExist();
    }

    private static String askUnix(Path socket) {
        MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try {
            return ask(NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
                    .channelType(EpollDomainSocketChannel.class)
                    .eventLoopGroup(loops)
                    .usePlaintext()
                    .build());
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void aSocketThatNobodyAnswersIsReplaced() throws IOException {
        Path socket = folder.resolve("socket");
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(socket));
        }
        assertThat(socket).exists();
        try (EnvironmentServer server = start("unix:" + socket, Optional.empty())) {
            assertThat(server.address()).hasToString("unix:" + socket);
            assertThat(askUnix(socket)).isEqualTo("kingfisher");
        }
    }

    @Test
    void whatIsNoSocketIsLeftAlone() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "precious");
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        for (Path path : List.of(file, link, folder)) {
            assertThatThrownBy(() -> start("unix:" + path, Optional.empty()))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessage("unix:" + path + ": there is a file of that name that is no socket");
        }
        assertThat(file).hasContent("precious");
        Path absent = folder.resolve("absent");
        assertThatThrownBy(() -> start("unix:" + absent.resolve("socket"), Optional.empty()))
                .hasMessage("unix:" + absent.resolve("socket") + ": there is no folder " + absent);
    }

    @Test
    void aServerCanBeStartedAndClosedAgainAndAgain() {
        for (int i = 0; i < 20; i++) {
            EnvironmentServer server = start("127.0.0.1:0", Optional.empty());
            server.close();
            assertThatCode(server::close).doesNotThrowAnyException();
        }
    }
}
