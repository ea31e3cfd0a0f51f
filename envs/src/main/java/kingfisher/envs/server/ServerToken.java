package kingfisher.envs.server;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.wire.Protocol;

/** Where the token comes from that a server asks its clients for. */
public final class ServerToken {

    private static final int RANDOM_BYTES = 32;

    private final Map<String, String> environment;
    private final Path home;

    /**
     * Looks in the given places.
     *
     * @param environment the variables of the process
     * @param home the user's folder
     */
    public ServerToken(Map<String, String> environment, Path home) {
        this.environment = Map.copyOf(environment);
        this.home = home;
    }

    /** Looks in the places of this process. */
    public static ServerToken ofProcess() {
        return new ServerToken(System.getenv(), Path.of(System.getProperty("user.home")));
    }

    /**
     * The token of the file, else of {@code KINGFISHER_TOKEN}; empty if neither is there.
     *
     * @throws InvalidInputException if it cannot be read or is no token
     */
    public Optional<String> given(Optional<Path> file) {
        if (file.isPresent()) {
            return file.map(ServerToken::read);
        }
        return Optional.ofNullable(environment.get(Protocol.TOKEN_VARIABLE))
                .map(text -> checked(text, Protocol.TOKEN_VARIABLE));
    }

    /**
     * The user's own token in {@code ~/.kingfisher/token}, which is made if it is absent: the clients of this user on this
     * machine find it there, and no other user does.
     *
     * @throws InvalidInputException if it cannot be read or made
     */
    public String ofUser() {
        Path folder = home.resolve(".kingfisher");
        Path file = folder.resolve("token");
        if (!Files.exists(file)) {
            make(folder, file);
        }
        return read(file);
    }

    private static void make(Path folder, Path file) {
        byte[] bytes = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(bytes);
        try {
            if (!Files.isDirectory(folder)) {
                Files.createDirectory(folder, onlyFor(folder, "rwx------"));
            }
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
            throw new InvalidInputException("cannot make " + file + ": " + reason(failure)
                    + "; or give --token-file or " + Protocol.TOKEN_VARIABLE);
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

    private static String read(Path file) {
        try {
            return checked(Files.readString(file), "the token file " + file);
        } catch (CharacterCodingException wrong) {
            throw new InvalidInputException(
                    "the token file " + file + " has a token with characters that are not printable ASCII");
        } catch (IOException unreadable) {
            throw new InvalidInputException("the token file " + file + " cannot be read: " + reason(unreadable));
        }
    }

    private static String checked(String text, String source) {
        String token = text.strip();
        if (token.isEmpty()) {
            throw new InvalidInputException(source + " has an empty token");
        }
        if (!token.chars().allMatch(character -> character > ' ' && character < 127)) {
            throw new InvalidInputException(source + " has a token with characters that are not printable ASCII");
        }
        return token;
    }

    private static String reason(IOException failure) {
        String text = failure instanceof FileSystemException ofFile ? ofFile.getReason() : failure.getMessage();
        return text == null ? failure.getClass().getSimpleName() : text;
    }
}
