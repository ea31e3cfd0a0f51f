package kingfisher.envs.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.server.EnvironmentServer;
import kingfisher.envs.server.Limits;
import kingfisher.envs.server.ListenAddress;
import kingfisher.envs.server.ServerSettings;
import kingfisher.envs.server.TlsFiles;
import kingfisher.envs.testing.Certificates;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a client says where no connection comes about: one line with the address, the reason and what to do. */
@Timeout(60)
class TransportFaultTest {

    @TempDir
    private static Path folder;

    private static Certificates own = new Certificates(Path.of(""), Path.of(""));
    private static Certificates other = own;

    @BeforeAll
    static void make() {
        own = Certificates.make(folder, "server");
        other = Certificates.make(folder, "other");
    }

    private static EnvironmentServer start(Optional<TlsFiles> tls) {
        return EnvironmentServer.start(new ServerSettings(
                new ListenAddress.Tcp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                Optional.empty(),
                tls,
                List.of(),
                Limits.DEFAULT,
                ServerSettings.ATTACH_TIMEOUT));
    }

    private static ConnectionOptions options(
            Optional<Path> token, Optional<Path> authorities, Optional<Certificates> client) {
        return new ConnectionOptions(
                Optional.empty(),
                List.of(),
                token,
                authorities,
                client.map(Certificates::certificate),
                client.map(Certificates::key),
                ConnectionOptions.DEFAULT_TIMEOUT,
                OptionalInt.empty());
    }

    private static final ConnectionOptions PLAIN = ConnectionOptions.DEFAULT;

    private static ConnectionOptions trusting(Certificates authority) {
        return options(Optional.empty(), Optional.of(authority.certificate()), Optional.empty());
    }

    private static void assertRefused(String id, ConnectionOptions options, String... texts) {
        Deadlines usual = Deadlines.of(options);
        Duration patience = Duration.ofSeconds(30);
        Deadlines deadlines = new Deadlines(patience, patience, patience, usual.keepalive(), usual.keepaliveAnswer());
        try (EnvironmentOpener opener = new EnvironmentOpener(options, deadlines)) {
            assertThatThrownBy(() -> opener.open(id, Map.of()))
                    .isExactlyInstanceOf(InvalidInputException.class)
                    .message()
                    .matches("[\\P{Cc}]+")
                    .contains(texts);
        }
    }

    private static String id(EnvironmentServer server, String scheme) {
        int port = ((ListenAddress.Tcp) server.address()).address().getPort();
        return scheme + "://localhost:" + port + "/CartPole-v1";
    }

    @Test
    void tlsToAServerWithoutIsToldToBeLeftOut() {
        try (EnvironmentServer server = start(Optional.empty())) {
            assertRefused(id(server, "grpcs"), trusting(own), "speaks without TLS: use grpc:// instead of grpcs://");
        }
    }

    @Test
    void overTlsBothEndsKnowEachOther() {
        TlsFiles mutual = new TlsFiles(own.certificate(), own.key(), Optional.of(own.certificate()));
        try (EnvironmentServer server = start(Optional.of(mutual));
                EnvironmentOpener opener = new EnvironmentOpener(
                        options(Optional.empty(), Optional.of(own.certificate()), Optional.of(own)))) {
            assertThat(opener.specification(id(server, "grpcs"), Map.of()).id()).isEqualTo(id(server, "grpcs"));

            assertRefused(
                    id(server, "grpcs"),
                    trusting(own),
                    "ask",
                    "for a certificate, which --tls-cert and --tls-key give");
            assertRefused(
                    id(server, "grpcs"),
                    options(Optional.empty(), Optional.of(own.certificate()), Optional.of(other)),
                    "not trust the certificate of --tls-cert");
            assertRefused(
                    id(server, "grpcs"), trusting(other), "no trust in the certificate of the server", "--tls-ca");
            assertRefused(id(server, "grpcs"), PLAIN, "no trust in the certificate of the server", "--tls-ca");
            assertRefused(id(server, "grpc"), PLAIN, "if it speaks TLS, use grpcs:// instead of grpc://");
        }
    }

    @Test
    void tlsFilesFitTheAddressAndEachOther() throws IOException {
        Path nothing = Files.writeString(folder.resolve("nothing"), "no certificate\n");
        Path absent = folder.resolve("absent");
        Optional<Path> none = Optional.empty();

        assertRefused("grpc://localhost:1/X", trusting(own), "is without TLS, but TLS files are given", "use grpcs://");
        assertRefused(
                "grpcs://localhost:1/X",
                trusting(new Certificates(absent, absent)),
                "--tls-ca " + absent + " cannot be read");
        assertRefused(
                "grpcs://localhost:1/X",
                trusting(new Certificates(nothing, nothing)),
                "the TLS files " + nothing + " cannot be used: ");
        assertRefused(
                "grpcs://localhost:1/X",
                options(none, none, Optional.of(new Certificates(own.certificate(), absent))),
                "--tls-key " + absent + " cannot be read");
        assertRefused(
                "grpcs://localhost:1/X",
                options(none, none, Optional.of(new Certificates(own.certificate(), nothing))),
                "the TLS files " + own.certificate() + ", " + nothing + " cannot be ");
        assertRefused(
                "grpcs://localhost:1/X",
                new ConnectionOptions(
                        Optional.empty(),
                        List.of(),
                        none,
                        none,
                        Optional.of(own.certificate()),
                        none,
                        ConnectionOptions.DEFAULT_TIMEOUT,
                        OptionalInt.empty()),
                "--tls-cert and --tls-key belong together");
    }

    @Test
    void aHostThatIsNotKnownIsNamed() {
        String id = "grpc://no-such-host.invalid:7/X";

        assertRefused(id, PLAIN, id + ": the server at no-such-host.invalid:7 cannot be found: its host is not known");
    }

    @Test
    void whereNothingListensAServerIsToldToBeStarted() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        String id = "grpc://127.0.0.1:" + port + "/X";
        assertRefused(
                id,
                PLAIN,
                id + ": nothing listens at 127.0.0.1:" + port,
                "kingfisher-gymnasium serve --listen 127.0.0.1:" + port);
        String socket = folder.resolve("socket").toString();
        assertRefused("grpc:unix:" + socket + "/X", PLAIN, "nothing listens at unix:" + socket, "--listen unix:");
    }

    /** Answers the first bytes of every connection with a text, then hangs up. */
    private static final class Talker implements AutoCloseable {

        private final ServerSocket socket;

        Talker(String text) throws IOException {
            socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
            Thread thread = new Thread(
                    () -> {
                        while (!socket.isClosed()) {
                            try (Socket connection = socket.accept()) {
                                connection.getInputStream().read(new byte[1 << 10]);
                                connection.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
                            } catch (IOException over) {
                                // the next one, or the end
                            }
                        }
                    },
                    "talker");
            thread.setDaemon(true);
            thread.start();
        }

        String id(String scheme) {
            return scheme + "://127.0.0.1:" + socket.getLocalPort() + "/X";
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void whatIsNoServerOfEnvironmentsIsToldApart() throws IOException {
        try (Talker web = new Talker("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
                Talker tls = new Talker("\u0015\u0003\u0003\u0000\u0002\u0002F");
                Talker silent = new Talker("")) {
            assertRefused(web.id("grpc"), PLAIN, "is no server of environments");
            assertRefused(web.id("grpcs"), trusting(own), "speaks without TLS");
            assertRefused(tls.id("grpc"), PLAIN, "hung up: if it speaks TLS, use grpcs://");
            assertRefused(silent.id("grpc"), PLAIN, "hung up: if it speaks TLS, use grpcs://");
            assertRefused(silent.id("grpcs"), trusting(own), "hung up");
        }
    }

    @Test
    void aTokenIsNotSentUnencryptedToAnotherMachine() throws IOException {
        Path token = Files.writeString(folder.resolve("token"), "the-token-of-tests");

        assertRefused(
                "grpc://sim.example.org:7/X",
                options(Optional.of(token), Optional.empty(), Optional.empty()),
                "a token is not sent unencrypted to another machine: use grpcs://sim.example.org:7");
    }
}
