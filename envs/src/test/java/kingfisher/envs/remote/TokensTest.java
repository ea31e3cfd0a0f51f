package kingfisher.envs.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.wire.TokenPlaces;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensTest {

    private static final Endpoint LOCAL = new Endpoint.Tcp("localhost", 7, false);
    private static final Endpoint DISTANT = new Endpoint.Tcp("sim.example.org", 7, false);
    private static final Endpoint ENCRYPTED = new Endpoint.Tcp("sim.example.org", 7, true);

    @TempDir
    private Path home;

    private Path file = Path.of("");

    @BeforeEach
    void write() throws IOException {
        file = Files.writeString(home.resolve("given"), " of-file\n");
        Files.createDirectory(home.resolve(".kingfisher"));
        Files.writeString(home.resolve(".kingfisher").resolve("token"), "of-user\n");
    }

    private Tokens tokens(Map<String, String> environment) {
        return new Tokens(new TokenPlaces(environment, home));
    }

    @Test
    void theFileWinsThenTheVariableThenTheUsersOwn() {
        Map<String, String> variable = Map.of("KINGFISHER_TOKEN", "of-variable");

        assertThat(tokens(variable).find(Optional.of(file), LOCAL)).contains("of-file");
        assertThat(tokens(variable).find(Optional.empty(), LOCAL)).contains("of-variable");
        assertThat(tokens(Map.of()).find(Optional.empty(), LOCAL)).contains("of-user");
        assertThat(tokens(Map.of()).find(Optional.empty(), new Endpoint.Unix(home)))
                .contains("of-user");
    }

    @Test
    void theUsersOwnStaysOnThisMachine() {
        assertThat(tokens(Map.of()).find(Optional.empty(), DISTANT)).isEmpty();
        assertThat(tokens(Map.of()).find(Optional.empty(), ENCRYPTED)).isEmpty();
    }

    @Test
    void noTokenTravelsInClear() {
        assertThat(tokens(Map.of()).find(Optional.of(file), ENCRYPTED)).contains("of-file");
        assertThatThrownBy(() -> tokens(Map.of()).find(Optional.of(file), DISTANT))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("grpcs://sim.example.org:7")
                .hasMessageNotContaining("of-file");
    }

    @Test
    void whatIsNoTokenIsRefused() throws IOException {
        Path empty = Files.writeString(home.resolve("empty"), " \n");
        Path two = Files.writeString(home.resolve("two"), "one two");

        assertThatThrownBy(() -> tokens(Map.of()).find(Optional.of(empty), LOCAL))
                .hasMessageContaining("empty");
        assertThatThrownBy(() -> tokens(Map.of()).find(Optional.of(two), LOCAL)).hasMessageContaining("printable");
        assertThatThrownBy(() -> tokens(Map.of()).find(Optional.of(home.resolve("absent")), LOCAL))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("absent");
        assertThatThrownBy(() -> tokens(Map.of("KINGFISHER_TOKEN", "")).find(Optional.empty(), LOCAL))
                .hasMessageContaining("KINGFISHER_TOKEN");
    }
}
