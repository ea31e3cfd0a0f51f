package kingfisher.agents.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files and folders that are not what a command needs: one line, exit code 2, nothing written. */
final class WrongFilesTest {

    @TempDir
    private Path folder;

    private void assertRefused(String message, String... arguments) {
        List<Path> before = Program.content(folder);
        Program.Outcome outcome = Program.run(arguments);

        assertThat(outcome.err().replace(folder + "/", ""))
                .isEqualToIgnoringNewLines(message)
                .hasLineCount(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.code()).isEqualTo(Main.WRONG_INPUT);
        assertThat(Program.content(folder)).isEqualTo(before);
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private Path file(String name, String text) {
        try {
            return Files.writeString(folder.resolve(name), text);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            clip: 0.1;epochs: [1, 2;  | config.yaml:2: not valid YAML near epochs: while parsing a flow sequence, expected ',' or ']', but got <stream end>
            clip 0.1                  | config.yaml:1: expected lines of the form key: value
            ppo:;  clip: 0.1          | config.yaml:2: ppo must be a plain value or a list of plain values
            epochs: 3;clp: 0.1        | config.yaml:2: unknown setting: clp; nearest: clip
            epochs: 3;clip: 7         | config.yaml:2: clip must be a number in (0, 1]: 7
            epochs: 3;clip: .nan      | config.yaml:2: clip must be a number in (0, 1]: .nan
            epochs: 3;clip:           | config.yaml:2: clip has no value
            epochs: 3;epochs: 4       | config.yaml:2: epochs stands twice, first in line 1
            epochs: 3;minibatch-size: 100 | minibatch-size must divide 256 (environments × rollout-steps): 100 (config.yaml:2)
            """)
    void aWrongConfigFileIsRefusedWithItsLine(String lines, String message) {
        Path config = file("config.yaml", lines.replace(";", "\n"));

        assertRefused(message, "train", "ppo", "--run", path("run"), "--config", config.toString());
    }

    @Test
    void aConfigFileThatCannotBeReadIsRefused() throws IOException {
        assertRefused("no such file: absent", "train", "ppo", "--run", path("run"), "--config", path("absent"));
        Files.write(folder.resolve("bytes"), new byte[] {(byte) 0xff, 0, 1});
        assertRefused("bytes is not a text in UTF-8", "train", "ppo", "--run", path("run"), "--config", path("bytes"));
        assertRefused(
                folder + " cannot be read: Is a directory",
                "train",
                "ppo",
                "--run",
                path("run"),
                "--config",
                folder.toString());
    }

    @Test
    void aRunFolderThatCannotBeMadeIsRefused() throws IOException {
        file("file", "");
        Files.createDirectory(folder.resolve("taken"));
        String tooLong = "a".repeat(300);

        assertRefused("run folder exists: taken", "train", "ppo", "--run", path("taken"));
        assertRefused("run folder exists: file", "train", "ppo", "--run", path("file"));
        assertRefused(
                "cannot make the run folder file/run: there is a file file", "train", "ppo", "--run", path("file/run"));
        assertRefused(
                "cannot make the run folder new/" + tooLong + ": File name too long",
                "train",
                "ppo",
                "--run",
                path("new/" + tooLong));
        assertRefused("the run folder needs a name", "train", "ppo", "--run=");
    }

    @ParameterizedTest
    @ValueSource(strings = {"resume", "evaluate"})
    void aFolderWithoutARunIsRefused(String command) throws IOException {
        file("file", "");
        Files.createDirectory(folder.resolve("empty"));

        assertRefused("no such run folder: absent", command, path("absent"));
        assertRefused("no run folder but a file: file", command, path("file"));
        assertRefused("no checkpoint in empty/checkpoints/last: it has no manifest.json", command, path("empty"));
        assertRefused("the run folder needs a name", command, "");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CartPole-v1 | x        | must be an action of Discrete(2): x
            CartPole-v1 | 2        | must be an action of Discrete(2): 2
            CartPole-v1 | -1       | must be an action of Discrete(2): -1
            CartPole-v1 | 0.5      | must be an action of Discrete(2): 0.5
            CartPole-v1 | [0,1]    | must be an action of Discrete(2): [0,1]
            CartPole-v1 | []       | must be an action of Discrete(2): []
            CartPole-v1 | [0       | must be an action of Discrete(2): [0
            CartPole-v1 | null     | must be an action of Discrete(2): null
            Pendulum-v1 | [1,2]    | must be an action of Box(-2.0, 2.0, (1,), float32): [1,2]
            Pendulum-v1 | [1e39]   | must be an action of Box(-2.0, 2.0, (1,), float32): [1e39]
            Pendulum-v1 | NaN      | must be an action of Box(-2.0, 2.0, (1,), float32): NaN
            """)
    void aLineThatIsNoActionIsRefused(String environment, String line, String message) {
        Path actions = file("actions", "0\n\n" + line + "\n0\n");

        assertRefused(
                "actions:3: " + message,
                "trace",
                "--env",
                environment,
                "--seed",
                "1",
                "--actions",
                actions.toString(),
                "--out",
                path("out"));
    }

    @Test
    void aTraceRefusesFilesThatItCannotUse() throws IOException {
        String actions = file("actions", "0\n").toString();
        Files.write(folder.resolve("bytes"), new byte[] {(byte) 0xff});

        assertRefused("no such file: absent", trace(path("absent"), path("out")));
        assertRefused("bytes is not a text in UTF-8", trace(path("bytes"), path("out")));
        assertRefused("--out must be another file than --actions: actions", trace(actions, actions));
        assertRefused(
                "--out must be a file that can be written: absent/out (there is no folder absent)",
                trace(actions, path("absent/out")));
        assertRefused(
                "--out must be a file that can be written: " + folder + " (it is a folder)",
                trace(actions, folder.toString()));
    }

    private static String[] trace(String actions, String out) {
        return new String[] {"trace", "--seed", "1", "--actions", actions, "--out", out};
    }

    @Test
    void aFileForResultsIsCheckedBeforeTheWork() {
        String message = "--json must be a file that can be written: absent/file (there is no folder absent)";

        assertRefused(message, "check-env", "CartPole-v1", "--json", path("absent/file"));
        assertRefused(message, "evaluate", folder.toString(), "--json", path("absent/file"));
    }
}
