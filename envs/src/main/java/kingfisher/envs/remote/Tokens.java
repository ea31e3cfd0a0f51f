package kingfisher.envs.remote;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import kingfisher.envs.InvalidInputException;

/** Where the token comes from that a server asks for. */
final class Tokens {

    private static final String VARIABLE = "KINGFISHER_TOKEN";

    private final Map<String, String> environment;
    private final Path home;

    /**
     * Looks in the given places.
     *
     * @param environment the variables of the process
     * @param home the user's folder
     */
    Tokens(Map<String, String> environment, Path home) {
        this.environment = environment;
        this.home = home;
    }

    /** Looks in the places of this process. */
    static Tokens ofProcess() {
        return new Tokens(System.getenv(), Path.of(System.getProperty("user.home")));
    }

    /**
     * The token for a server: that of the file, else of {@code KINGFISHER_TOKEN}, else, on this machine only, the user's own
     * in {@code ~/.kingfisher/token}; empty if there is none.
     *
     * @throws InvalidInputException if it cannot be read, is no token, or would travel in clear to another machine
     */
    Optional<String> find(Optional<Path> file, Endpoint endpoint) {
        Optional<String> given = given(file);
        if (given.isPresent() && !endpoint.isLocal() && !endpoint.isEncrypted()) {
            throw new InvalidInputException("a token is not sent unencrypted to another machine: use grpcs://"
                    + endpoint + ", or unset --token-file and " + VARIABLE);
        }
        if (given.isEmpty() && endpoint.isLocal()) {
            Path own = home.resolve(".kingfisher").resolve("token");
            return Files.exists(own) ? Optional.of(read(own)) : Optional.empty();
        }
        return given;
    }

    private Optional<String> given(Optional<Path> file) {
        if (file.isPresent()) {
            return file.map(Tokens::read);
        }
        return Optional.ofNullable(environment.get(VARIABLE)).map(token -> checked(token, VARIABLE));
    }

    private static String read(Path file) {
        try {
            return checked(Files.readString(file), "the token file " + file);
        } catch (CharacterCodingException wrong) {
            throw new InvalidInputException("the token file " + file + " has characters that are not printable ASCII");
        } catch (IOException unreadable) {
            throw new InvalidInputException("the token file " + file + " cannot be read: " + unreadable.getMessage());
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
}
