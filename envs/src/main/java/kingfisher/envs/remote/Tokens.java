package kingfisher.envs.remote;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.wire.Protocol;
import kingfisher.envs.wire.TokenPlaces;

/** Which token a server is sent. */
final class Tokens {

    private final TokenPlaces places;

    Tokens(TokenPlaces places) {
        this.places = places;
    }

    /**
     * The token for a server: that of the file, else of {@code KINGFISHER_TOKEN}, else, on this machine only, the user's own
     * in {@code ~/.kingfisher/token}; empty if there is none.
     *
     * @throws InvalidInputException if it cannot be read, is no token, or would travel in clear to another machine
     */
    Optional<String> find(Optional<Path> file, Endpoint endpoint) {
        Optional<String> given = places.given(file);
        if (given.isPresent() && !endpoint.isLocal() && !endpoint.isEncrypted()) {
            throw new InvalidInputException("a token is not sent unencrypted to another machine: use grpcs://"
                    + endpoint + ", or unset --token-file and " + Protocol.TOKEN_VARIABLE);
        }
        if (given.isEmpty() && endpoint.isLocal()) {
            Path own = places.userFile();
            return Files.exists(own) ? Optional.of(TokenPlaces.read(own)) : Optional.empty();
        }
        return given;
    }
}
