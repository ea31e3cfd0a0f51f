package kingfisher.envs.server;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.wire.Protocol;
import kingfisher.envs.wire.TokenPlaces;

/** Which token a server asks its clients for. */
public final class ServerToken {

    private static final int RANDOM_BYTES = 32;

    private final TokenPlaces places;

    /** Looks in the given places. */
    public ServerToken(TokenPlaces places) {
        this.places = places;
    }

    /**
     * The token of the file, else of {@code KINGFISHER_TOKEN}; empty if neither is there.
     *
     * @throws InvalidInputException if it cannot be read or is no token
     */
    public Optional<String> given(Optional<Path> file) {
        return places.given(file);
    }

    /**
     * The user's own token in {@code ~/.kingfisher/token}, which is made if it is absent: the clients of this user on this
     * machine find it there, and no other user does.
     *
     * @throws InvalidInputException if it cannot be read or made
     */
    public String ofUser() {
        Path file = places.userFile();
        if (!Files.exists(file)) {
            make(file);
        }
        return TokenPlaces.read(file);
    }

    private static void make(Path file) {
        byte[] bytes = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(bytes);
        Path folder = Objects.requireNonNull(file.getParent());
        try {
            makeFolder(folder);
            Path fresh = Files.createTempFile(folder, "token.", "", onlyFor(folder, "rw-------"));
            try {
                Files.writeString(fresh, HexFormat.of().formatHex(bytes) + "\n");
                Files.createLink(file, fresh); // it appears whole, and only if no other server was faster
            } catch (FileAlreadyExistsException faster) {
                // its token is the one
            } finally {
                Files.delete(fresh);
            }
        } catch (IOException failure) {
            throw new InvalidInputException("cannot make " + file + ": " + TokenPlaces.reason(failure)
                    + "; or give --token-file or " + Protocol.TOKEN_VARIABLE);
        }
    }

    private static void makeFolder(Path folder) throws IOException {
        try {
            Files.createDirectory(folder, onlyFor(folder, "rwx------"));
        } catch (FileAlreadyExistsException there) {
            if (!Files.isDirectory(folder)) {
                throw there;
            }
        }
    }

    private static FileAttribute<?>[] onlyFor(Path place, String permissions) {
        boolean posix = place.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
