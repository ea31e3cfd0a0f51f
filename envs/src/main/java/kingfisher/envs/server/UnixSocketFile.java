package kingfisher.envs.server;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import kingfisher.envs.InvalidInputException;

/** The file of a Unix socket. */
final class UnixSocketFile {

    private UnixSocketFile() {}

    /**
     * Removes the file of a socket that nobody answers.
     *
     * @throws InvalidInputException if a server answers there, something else is there, or there is no folder for it
     */
    static void clear(Path path) {
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new InvalidInputException("unix:" + path + ": there is no folder " + folder);
        }
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            // a socket is neither file, folder nor link
            if (!Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .isOther()) {
                throw new InvalidInputException("unix:" + path + ": there is a file of that name that is no socket");
            }
            probe.connect(UnixDomainSocketAddress.of(path));
        } catch (ConnectException nobody) {
            remove(path);
            return;
        } catch (IOException failure) {
            throw new InvalidInputException("unix:" + path + " cannot be used: " + failure.getMessage());
        }
        throw new InvalidInputException("unix:" + path + " is taken: a server answers there");
    }

    private static void remove(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException failure) {
            throw new InvalidInputException(
                    "unix:" + path + ": the file that a server left there cannot be removed: " + failure.getMessage());
        }
    }
}
