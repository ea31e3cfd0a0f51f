package kingfisher.envs.remote;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The Gymnasium servers of this process, started when they are first needed. May be used by several threads. */
final class LocalServers implements AutoCloseable {

    /** The path of a socket has 107 bytes at most; its name takes some of them. */
    private static final int LONGEST_FOLDER = 80;

    private final ConnectionOptions options;
    private final Duration patience;
    private final ServerMessages messages;
    private final List<LocalServer> servers = new ArrayList<>();
    private @Nullable Path folder;

    /**
     * Starts nothing yet.
     *
     * @param patience how long a server may take to listen
     * @param messages where the servers' messages go
     */
    LocalServers(ConnectionOptions options, Duration patience, ServerMessages messages) {
        this.options = options;
        this.patience = patience;
        this.messages = messages;
    }

    /**
     * The first {@code count} servers, all of which listen.
     *
     * @throws kingfisher.envs.InvalidInputException if one cannot be started
     */
    synchronized List<LocalServer> get(int count) {
        List<LocalServer> started = new ArrayList<>();
        try {
            while (servers.size() + started.size() < count) {
                Path socket = folder().resolve("s" + (servers.size() + started.size()));
                started.add(LocalServer.start(options, socket, newToken(), messages));
            }
            for (LocalServer server : started) {
                server.awaitListening(patience);
            }
        } catch (RuntimeException failure) {
            started.forEach(LocalServer::requestEnd);
            started.forEach(LocalServer::close);
            throw failure;
        }
        servers.addAll(started);
        return List.copyOf(servers.subList(0, count));
    }

    private Path folder() {
        if (folder == null) {
            try {
                Path usual = Files.createTempDirectory("kingfisher"); // for this user only
                if (usual.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_FOLDER) {
                    Files.delete(usual);
                    usual = Files.createTempDirectory(Path.of("/tmp"), "kingfisher");
                }
                folder = usual;
            } catch (IOException failure) {
                throw new UncheckedIOException("a folder for sockets cannot be made: " + failure.getMessage(), failure);
            }
        }
        return folder;
    }

    /** 244 random bits, of the generator that nobody can foresee. */
    private static String newToken() {
        return (UUID.randomUUID().toString() + UUID.randomUUID()).replace("-", "");
    }

    /** Ends all servers. */
    @Override
    public synchronized void close() {
        servers.forEach(LocalServer::requestEnd);
        servers.forEach(LocalServer::close);
        servers.clear();
        if (folder != null) {
            delete(folder);
            folder = null;
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException left) {
            // what is left in the folder for temporary files harms nobody
        }
    }
}
