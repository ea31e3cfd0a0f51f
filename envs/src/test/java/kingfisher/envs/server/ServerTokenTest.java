package kingfisher.envs.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.wire.TokenPlaces;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerTokenTest {

    @TempDir
    private Path home;

    private ServerToken tokens(String variable) {
        return new ServerToken(new TokenPlaces(Map.of("KINGFISHER_TOKEN", variable), home));
    }

    private ServerToken tokens() {
        return new ServerToken(new TokenPlaces(Map.of(), home));
    }

    @Test
    void theFileComesBeforeTheVariable() throws IOException {
        Path file = Files.writeString(home.resolve("file"), "  of-the-file\n");

        assertThat(tokens(" of-the-variable ").given(Optional.of(file))).contains("of-the-file");
        assertThat(tokens(" of-the-variable ").given(Optional.empty())).contains("of-the-variable");
        assertThat(tokens().given(Optional.empty())).isEmpty();
    }

    @Test
    void theUsersTokenIsMadeOnceForHimAlone() throws IOException {
        String made = tokens().ofUser();

        assertThat(made).matches("[0-9a-f]{64}");
        assertThat(tokens().ofUser()).isEqualTo(made);
        Path folder = home.resolve(".kingfisher");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("token"))))
                .isEqualTo("rw-------");
        assertThat(folder).isDirectoryContaining("glob:**/token");
        assertThat(folder.toFile().list()).hasSize(1);
        Files.delete(folder.resolve("token"));
        assertThat(tokens().ofUser()).isNotEqualTo(made);
    }

    @Test
    void serversThatStartTogetherHaveOneToken() throws IOException {
        Path folder = home.resolve(".kingfisher");
        for (int round = 0; round < 200; round++) {
            Set<String> seen = IntStream.range(0, 16)
                    .parallel()
                    .mapToObj(i -> tokens().ofUser())
                    .collect(Collectors.toSet());

            assertThat(seen).hasSize(1);
            Files.delete(folder.resolve("token"));
            Files.delete(folder);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  \n"})
    void anEmptyTokenIsNone(String text) throws IOException {
        Path file = Files.writeString(home.resolve("file"), text);

        assertThatThrownBy(() -> tokens().given(Optional.of(file)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("the token file " + file + " has an empty token");
        assertThatThrownBy(() -> tokens(text).given(Optional.empty()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("KINGFISHER_TOKEN has an empty token");
    }

    @Test
    void whatCannotBeSentIsNoToken() throws IOException {
        Path file = Files.writeString(home.resolve("file"), "two words");
        Path binary = Files.write(home.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe});
        Path absent = home.resolve("absent");

        for (Path wrong : new Path[] {file, binary}) {
            assertThatThrownBy(() -> tokens().given(Optional.of(wrong)))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessage(
                            "the token file " + wrong + " has a token with characters that are not printable ASCII");
        }
        assertThatThrownBy(() -> tokens().given(Optional.of(absent)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("the token file " + absent + " cannot be read: ");
    }

    @Test
    void aPlaceThatCannotBeWrittenIsNamedWithTheOtherWays() throws IOException {
        Path file = Files.createFile(home.resolve("file"));

        assertThatThrownBy(() -> new ServerToken(new TokenPlaces(Map.of(), file)).ofUser())
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(
                        "cannot make " + file.resolve(".kingfisher").resolve("token") + ": ")
                .hasMessageEndingWith("; or give --token-file or KINGFISHER_TOKEN");
    }
}
