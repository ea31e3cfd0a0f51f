package kingfisher.agents.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import kingfisher.envs.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigFileTest {
    @TempDir
    Path folder;

    private static ConfigFile parse(String yaml) {
        return ConfigFile.parse("my.yaml", yaml.replace("\\n", "\n").replace("\\t", "\t"));
    }

    @Test
    void keysKeepTheirOrderTextAndLine() {
        ConfigFile file = parse("# a comment\nlearning-rate: 3e-4\n\nhidden: [64, 64]\nsteps: 1.5M # much\n");

        assertThat(file.entries().keySet()).containsExactly("learning-rate", "hidden", "steps");
        assertThat(file.entries().get("learning-rate")).isEqualTo(new ConfigFile.Entry("3e-4", 2));
        assertThat(file.entries().get("hidden")).isEqualTo(new ConfigFile.Entry("[64, 64]", 4));
        assertThat(file.entries().get("steps")).isEqualTo(new ConfigFile.Entry("1.5M", 5));
    }

    @Test
    void aListMayStandInLinesOfItsOwnOrAsText() {
        assertThat(parse("hidden:\n  - 64\n  - 32\n").entries().get("hidden"))
                .isEqualTo(new ConfigFile.Entry("[64, 32]", 1));
        assertThat(parse("hidden: 64,32\n").entries().get("hidden")).isEqualTo(new ConfigFile.Entry("64,32", 1));
    }

    @Test
    void anEmptyFileSetsNothing() {
        assertThat(parse("").entries()).isEmpty();
        assertThat(parse("# nothing\n").entries()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "clip: 0.1\\nclip: 0.2 | my.yaml:2: clip stands twice, first in line 1",
                "clip: {low: 0.1} | my.yaml:1: clip must be a plain value or a list of plain values",
                "epochs: 4\\nhidden: [[64]] | my.yaml:2: hidden must be a plain value or a list of plain values",
                "epochs: 4\\nclip: | my.yaml:2: clip has no value",
                "clip: ~ | my.yaml:1: clip has no value",
                "- clip | my.yaml:1: expected lines of the form key: value",
                "clip 0.1 | my.yaml:1: expected lines of the form key: value",
                "clip: 0.1\\n---\\nepochs: 3 | my.yaml:3: expected the end of the file, found a second document",
                "clip: 0.1\\n epochs: 3 | my.yaml:2: not valid YAML near clip: mapping values are not allowed here",
                "epochs: 3\\nclip: '0.1 | my.yaml:2: not valid YAML near clip: while scanning a quoted scalar, found unexpected end of stream",
            })
    void aFileOfAnyOtherFormIsRefusedWithLineAndKey(String yaml, String message) {
        assertThatThrownBy(() -> parse(yaml))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(message);
    }

    @Test
    void brokenFilesAreRefusedInOneLineWithThePlaceOfTheFault() {
        String[] broken = {"clip: 0.1\n\tepochs: 3", "clip: \u0000", "? [1]\n: 2", "clip: [1", "clip: }", "clip: 'a'b"};
        for (String yaml : broken) {
            assertThatThrownBy(() -> parse(yaml))
                    .as(yaml)
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageMatching("my\\.yaml:[12]: not valid YAML[^\\n]*");
        }
    }

    @Test
    void aFileOnDiskIsReadAndNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("c.yaml"), "epochs: 4\nclip: nan\n");
        Settings defaults = PpoSettings.ALGORITHM.defaults();

        assertThatThrownBy(() -> ConfigFile.read(file).applyTo(defaults))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(file + ":2: clip must be a number in (0, 1]: nan");
        Files.writeString(file, "epoch: 4\n");
        assertThatThrownBy(() -> ConfigFile.read(file).applyTo(defaults))
                .hasMessageStartingWith(file + ":1: unknown setting: epoch; nearest: epochs");
    }

    @Test
    void aFileThatCannotBeReadIsRefused() throws IOException {
        Path absent = folder.resolve("absent.yaml");
        Path binary = Files.write(folder.resolve("binary.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});

        assertThatThrownBy(() -> ConfigFile.read(absent))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("no such file: " + absent);
        assertThatThrownBy(() -> ConfigFile.read(binary)).hasMessage(binary + " is not a text in UTF-8");
        assertThatThrownBy(() -> ConfigFile.read(folder)).isInstanceOf(InvalidInputException.class);
    }
}
