package kingfisher.envs.wire;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import kingfisher.envs.InvalidInputException;

/**
 * Where the token of a server comes from, at both ends: a file that is named, else the environment variable
 * {@value Protocol#TOKEN_VARIABLE}; each end has rules of its own for the user's own file.
 */
public final class TokenPlaces {

    private final Map<String, String> environment;
    private final Path home;

    /**
     * Looks in the given places.
     *
     * @param environment the variables of the process
     * @param home the user's folder
     */
    public TokenPlaces(Map<String, String> environment, Path home) {
        this.environment = Map.copyOf(environment);
        this.home = home;
    }

    /** Looks in the places of this process. */
    public static TokenPlaces ofProcess() {
        return new TokenPlaces(System.getenv(), Path.of(System.getProperty("user.home")));
    }

    /**
     * The token of the file, else of {@value Protocol#TOKEN_VARIABLE}; empty if neither is there.
     *
     * @throws InvalidInputException if it cannot be read or is no token
     */
    public Optional<String> given(Optional<Path> file) {
        if (file.isPresent()) {
            return file.map(TokenPlaces::read);
        }
        return Optional.ofNullable(environment.get(Protocol.TOKEN_VARIABLE))
                .map(text -> checked(text, Protocol.TOKEN_VARIABLE));
    }

    /** The file of the user's own token, {@code ~/.kingfisher/token}; it need not exist. */
    public Path userFile() {
        return home.resolve(".kingfisher").resolve("token");
    }

    /**
     * The token in a file.
     *
     * @throws InvalidInputException if it cannot be read or is no token
     */
    public static String read(Path file) {
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

    /** What a failure of the file system says, without the file's name. */
    public static String reason(IOException failure) {
        String text = failure instanceof FileSystemException ofFile ? ofFile.getReason() : failure.getMessage();
        return text == null ? failure.getClass().getSimpleName() : text;
    }
}
