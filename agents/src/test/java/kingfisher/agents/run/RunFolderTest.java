package kingfisher.agents.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import kingfisher.envs.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RunFolderTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-23T04:05:06Z"), ZoneOffset.UTC);

    @TempDir
    Path parent;

    @Test
    void nothingIsWrittenBeforeTheFolderIsCreated() {
        RunFolder folder = RunFolder.forNewRun(parent.resolve("a").resolve("b"));
        assertThat(parent).isEmptyDirectory();

        folder.create();

        assertThat(parent.resolve("a").resolve("b")).isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource({
        "CartPole-v1, ppo-CartPole-v1-7-20261123-040506",
        "gym:HalfCheetah-v5, ppo-gym-HalfCheetah-v5-7-20261123-040506",
        "grpc://localhost:5000/My Env, ppo-grpc-localhost-5000-My-Env-7-20261123-040506",
        "../../etc, ppo-..-..-etc-7-20261123-040506",
    })
    void theDefaultNameSaysWhatRanAndWhen(String environment, String name) {
        RunFolder folder = RunFolder.forNewRun(parent, "ppo", environment, 7, CLOCK);

        assertThat(folder.root()).isEqualTo(parent.resolve(name));
        assertThat(folder.root().normalize().getParent()).isEqualTo(parent);
    }

    @Test
    void theDefaultFolderLiesUnderRuns() {
        assertThat(RunFolder.forNewRun("ppo", "CartPole-v1", 1, CLOCK).root())
                .isEqualTo(Path.of("runs", "ppo-CartPole-v1-1-20261123-040506"));
    }

    @Test
    void twoRunsOfOneSecondGetFoldersOfTheirOwn() {
        RunFolder.forNewRun(parent, "ppo", "CartPole-v1", 7, CLOCK).create();
        RunFolder second = RunFolder.forNewRun(parent, "ppo", "CartPole-v1", 7, CLOCK);
        second.create();

        assertThat(second.root()).isEqualTo(parent.resolve("ppo-CartPole-v1-7-20261123-040506-2"));
    }

    @Test
    void aRunWhoseDefaultNameIsTakenMeanwhileGetsANumber() {
        RunFolder first = RunFolder.forNewRun(parent, "ppo", "CartPole-v1", 7, CLOCK);
        RunFolder second = RunFolder.forNewRun(parent, "ppo", "CartPole-v1", 7, CLOCK);
        RunFolder third = RunFolder.forNewRun(parent, "ppo", "CartPole-v1", 7, CLOCK);
        assertThat(second.root()).isEqualTo(first.root());
        Path name = first.root();

        assertThat(first.create(content -> content.writeConfig("first")).root()).isEqualTo(name);
        assertThat(second.create(content -> content.writeConfig("second")).root())
                .isEqualTo(parent.resolve(name.getFileName() + "-2"))
                .satisfies(root -> assertThat(root.resolve("config.yaml")).hasContent("second"));
        assertThat(third.create(content -> content.writeConfig("third")).root())
                .isEqualTo(parent.resolve(name.getFileName() + "-3"));
        assertThat(parent.resolve(name.getFileName()).resolve("config.yaml")).hasContent("first");
        assertThat(parent).isDirectoryNotContaining("glob:**/.*");
    }

    @Test
    void aFolderThatExistsIsRefusedForANewRun() throws IOException {
        Path taken = Files.createDirectory(parent.resolve("taken"));

        assertThatThrownBy(() -> RunFolder.forNewRun(taken))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("run folder exists: " + taken);
    }

    @Test
    void aFolderThatAppearsMeanwhileIsRefused() throws IOException {
        Path path = parent.resolve("run");
        RunFolder folder = RunFolder.forNewRun(path);
        Files.createDirectory(path);

        assertThatThrownBy(folder::create)
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("run folder exists: " + path);
    }

    @Test
    void aFolderThatCannotBeMadeIsRefused() throws IOException {
        Path file = Files.createFile(parent.resolve("file"));
        Path below = file.resolve("run");

        assertThatThrownBy(() -> RunFolder.forNewRun(below).create())
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("cannot make the run folder " + below + ": there is a file " + file);
    }

    @Test
    void aMissingFolderIsRefusedWhereARunIsToGoOn() throws IOException {
        Path absent = parent.resolve("absent");
        Path file = Files.createFile(parent.resolve("file"));

        assertThatThrownBy(() -> RunFolder.ofExistingRun(absent))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("no such run folder: " + absent);
        assertThatThrownBy(() -> RunFolder.ofExistingRun(file)).hasMessage("no run folder but a file: " + file);
        assertThat(RunFolder.ofExistingRun(parent).root()).isEqualTo(parent);
    }

    @Test
    void theFilesHaveTheNamesThatScriptsRelyOn() {
        RunFolder folder = RunFolder.ofExistingRun(parent);

        assertThat(folder.config()).isEqualTo(parent.resolve("config.yaml"));
        assertThat(folder.provenance()).isEqualTo(parent.resolve("provenance.json"));
        assertThat(folder.metrics()).isEqualTo(parent.resolve("metrics.csv"));
        assertThat(folder.evaluations()).isEqualTo(parent.resolve("evaluations.csv"));
        assertThat(folder.result()).isEqualTo(parent.resolve("result.json"));
        assertThat(folder.learningCurve()).isEqualTo(parent.resolve("learning-curve.png"));
        folder.lastCheckpoint().write(CheckpointFolderTest.checkpoint(1));
        folder.bestCheckpoint().write(CheckpointFolderTest.checkpoint(2));
        assertThat(parent.resolve("checkpoints/last/manifest.json")).exists();
        assertThat(parent.resolve("checkpoints/best/manifest.json")).exists();
        folder.writeConfig("epochs: 4\n");
        assertThat(folder.config()).hasContent("epochs: 4\n");
    }
}
