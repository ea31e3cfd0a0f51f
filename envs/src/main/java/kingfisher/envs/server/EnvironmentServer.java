package kingfisher.envs.server;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import kingfisher.envs.InvalidInputException;

/** A server of this program's own environments; it listens from its making to its end. */
public final class EnvironmentServer implements AutoCloseable {

    private static final Duration GRACE = Duration.ofMillis(500);

    private final ExecutorService calls = Executors.newCachedThreadPool(daemons("kingfisher-call"));
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(daemons("kingfisher-timer"));
    private final Transport transport = new Transport();
    private final Groups groups;
    private final ListenAddress address;
    private final Server server;

    private EnvironmentServer(ServerSettings settings) {
        if (!settings.address().isLocal() && settings.tls().isEmpty()) {
            throw new InvalidInputException(
                    settings.address() + " can be reached from other machines: give a certificate"
                            + " and its key (TLS), or listen on 127.0.0.1 or a Unix socket");
        }
        this.groups = new Groups(settings.limits().groups(), settings.attachTimeout(), timer);
        EnvironmentService service = new EnvironmentService(new Catalog(settings.allowed()), groups, settings.limits());
        NettyServerBuilder builder = transport.builder(settings).executor(calls).addService(service.definition());
        settings.token().ifPresent(token -> builder.intercept(new TokenInterceptor(token)));
        this.server = listen(builder, settings.address());
        this.address = settings.address() instanceof ListenAddress.Tcp tcp
                ? tcp.withPort(server.getPort())
                : settings.address();
    }

    /**
     * Starts a server.
     *
     * @throws InvalidInputException if the address is taken or not this machine's, can be reached from others without TLS,
     *     or the TLS files cannot be used
     */
    public static EnvironmentServer start(ServerSettings settings) {
        return new EnvironmentServer(settings);
    }

    private Server listen(NettyServerBuilder builder, ListenAddress address) {
        if (address instanceof ListenAddress.Unix unix) {
            UnixSocketFile.clear(unix.path());
        }
        try {
            Server server = builder.build().start();
            if (address instanceof ListenAddress.Unix unix) {
                Files.setPosixFilePermissions(unix.path(), PosixFilePermissions.fromString("rw-------"));
            }
            return server;
        } catch (IOException failure) {
            transport.close();
            Throwable reason = failure.getCause() == null ? failure : failure.getCause();
            throw new InvalidInputException(address + " cannot be listened on: " + reason.getMessage());
        }
    }

    private static ThreadFactory daemons(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Where it listens: with the port that was picked, where the settings left that open. */
    public ListenAddress address() {
        return address;
    }

    /**
     * Ends the server: takes no new groups, waits for those that exist, closes what is left, and stops listening.
     *
     * @param patience how long to wait for groups to be closed by their clients
     */
    public void stop(Duration patience) {
        groups.drain(patience);
        groups.closeAll();
        server.shutdown();
        try {
            if (!server.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                server.shutdownNow();
                server.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException impatient) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
        transport.close();
        timer.shutdownNow();
        calls.shutdown();
        if (address instanceof ListenAddress.Unix unix) {
            remove(unix.path());
        }
    }

    private static void remove(Path socket) {
        try {
            Files.deleteIfExists(socket);
        } catch (IOException left) {
            // the next server replaces it
        }
    }

    /** Ends the server at once. */
    @Override
    public void close() {
        stop(Duration.ZERO);
    }
}
