package kingfisher.agents.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import kingfisher.agents.settings.AlgorithmSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the program tells of itself, and that it does so without loading what only runs need. */
final class HelpTest {
    private static final int WIDTH = 80;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"train", "resume", "evaluate", "trace", "settings", "envs", "check-env", "serve-envs"})
    void everyCommandHasHelp(String command) {
        Program.Outcome outcome = Program.run(command, "--help");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).startsWith("Usage: java -jar agents.jar " + command + " ");
        assertThat(outcome.out().lines()).allMatch(line -> line.length() <= WIDTH);
        assertThat(Program.run("help", command).out()).isEqualTo(outcome.out());
        assertThat(Program.run("--help").out()).contains("\n  " + command + " ");
    }

    @Test
    void theVersionNamesTheCommitOnEveryLevel() {
        assertThat(Program.run("--version").out()).startsWith("Kingfisher ").contains(", commit ", "\nJava ");
        assertThat(Program.run("train", "--version")).isEqualTo(Program.run("--version"));
    }

    @Test
    void trainingTellsWhereItsSettingsAreListed() {
        assertThat(Program.run("train", "--help").out()).contains("java -jar agents.jar settings ppo");
    }

    @Test
    void everyAlgorithmListsItsSettings() {
        for (String algorithm : AlgorithmSettings.names()) {
            Program.Outcome outcome = Program.run("settings", algorithm);
            assertThat(outcome.code()).isZero();
            assertThat(outcome.out())
                    .contains("\nPresets (--env ID shows one, train --preset NAME takes one): Acrobot-v1, ");
            AlgorithmSettings.find(algorithm)
                    .settings()
                    .keys()
                    .forEach(key -> assertThat(outcome.out()).contains("\n  " + key + ": "));
        }
    }

    @Test
    void theSettingsAreListedWithDefaultRangeAndMeaning() {
        Program.Outcome outcome = Program.run("settings", "ppo");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.out())
                .contains("\nPPO\n  minibatch-size: 64\n      Samples of a gradient step; it must divide environments ×"
                        + " rollout-steps.\n      accepted: a whole number of at least 1\n")
                .contains(
                        "Presets (--env ID shows one, train --preset NAME takes one): Acrobot-v1, Ant-v5, Blackjack-v1, ");
    }

    @Test
    void theSettingsOfAnEnvironmentAreThoseOfItsPreset() {
        assertThat(Program.run("settings", "ppo", "--env", "CartPole-v1").out())
                .contains("\n  minibatch-size: 256  (preset ppo/CartPole-v1:");
        assertThat(Program.run("settings", "ppo", "--env", "CartPole-v0").out()).contains("\n  minibatch-size: 64\n");
        assertThat(Program.run("settings", "ppo", "--env", "CartPole-v9").err())
                .startsWith("unknown environment CartPole-v9; nearest: CartPole-v0");
    }

    static Stream<List<String>> quickCommands() {
        return Stream.of(
                List.of("--help"),
                List.of("train", "--help"),
                List.of("settings", "ppo"),
                List.of("train", "ppo", "--set", "minibatch-size=100"),
                List.of("train", "ppo", "--run", "/dev/null/run"),
                List.of("resume", "absent"));
    }

    @ParameterizedTest
    @MethodSource("quickCommands")
    void whatIsAnsweredAtOnceLoadsNoNativeLibrary(List<String> arguments) throws Exception {
        Path log = folder.resolve("classes");
        Process process =
                Program.start(folder, List.of("-Xlog:class+load:file=" + log), arguments.toArray(String[]::new));
        int code = process.waitFor();

        assertThat(code).isIn(0, Main.WRONG_INPUT);
        assertThat(Files.readString(log).toLowerCase(Locale.ROOT))
                .contains("kingfisher.agents.cli.main ")
                .doesNotContain("org.nd4j.", "org.bytedeco.", "dev.ludovic.netlib", "xchart", "java.awt.");
    }
}
