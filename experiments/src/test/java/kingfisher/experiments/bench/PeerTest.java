package kingfisher.experiments.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import kingfisher.agents.settings.CommonSettings;
import kingfisher.agents.settings.PpoSettings;
import kingfisher.envs.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class PeerTest {
    private static final String SCRIPT = "sb3_ppo_cartpole.py";

    @TempDir
    Path directory;

    /** An interpreter that does what a shell script says; {@code $1} is the peer's script. */
    private PeerPython interpreter(String shell) throws IOException {
        Path file = directory.resolve("python");
        Files.writeString(file, "#!/bin/sh\n" + shell + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return PeerPython.find(Map.of("KINGFISHER_PEER_PYTHON", file.toString()));
    }

    @Test
    void withoutAnInterpreterOneLineSaysHowToGetIt() {
        assertThatThrownBy(() -> Benchmarks.find("ppo-cartpole", Map.of()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("KINGFISHER_PEER_PYTHON is not set; install the peers with: ")
                .hasMessageContaining("pip install -r experiments/peers/requirements.txt")
                .hasMessageNotContaining("\n");
        assertThatThrownBy(() -> PeerPython.find(Map.of("KINGFISHER_PEER_PYTHON", "/no/such/python")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("KINGFISHER_PEER_PYTHON must be a Python interpreter: /no/such/python; ");
    }

    @Test
    void anUnknownBenchmarkIsToldWithTheNearestNames() {
        assertThatThrownBy(() -> Benchmarks.find("ppo-cartpol", Map.of()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("unknown benchmark: ppo-cartpol; nearest: ppo-cartpole");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS) // the interpreter is a shell script
    void thePeerHasItsScriptsAndAnswersLineByLine() throws IOException {
        PeerPython python = interpreter("""
                grep -q 'import one_thread' "$1" && test -f "$(dirname "$1")/one_thread.py" || exit 9
                test "$2 $3 $4" = "--steps 7 --repeat-on-stdin" || exit 8
                echo noise >&2
                while read line; do echo "{\\"asked\\": \\"$line\\", \\"folder\\": \\"$(dirname "$1")\\"}"; done
                """);
        Path folder;
        try (PeerProcess peer = PeerProcess.start(python, SCRIPT, List.of("--steps", "7"))) {
            assertThat(peer.measure("first").path("asked").asText()).isEqualTo("first");
            assertThat(peer.measure("second").path("asked").asText()).isEqualTo("second");
            folder = Path.of(peer.measure("").path("folder").asText());
            assertThat(folder).isDirectory();
        }
        assertThat(folder).doesNotExist();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS) // the interpreter is a shell script
    void aPeerThatFailsSaysWhy() throws IOException {
        PeerPython python = interpreter("echo Traceback >&2; echo \"ModuleNotFoundError: No module\" >&2; exit 1");
        try (PeerProcess peer = PeerProcess.start(python, SCRIPT, List.of())) {
            assertThatThrownBy(() -> peer.measure("{}"))
                    .isInstanceOf(PeerProcess.PeerFailedException.class)
                    .hasMessage("the peer failed: ModuleNotFoundError: No module");
        }
        assertThatThrownBy(() -> new PpoCartPole(python).run(line -> {}))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(
                        "does not run the peer: the peer failed: ModuleNotFoundError: No module; install");
    }

    @Test
    void ourSideIsSetAsThePeersScriptIs() {
        var settings = PpoTraining.settings(2048);
        assertThat(settings.get(CommonSettings.ENVIRONMENTS) * settings.get(CommonSettings.ROLLOUT_STEPS))
                .isEqualTo(PpoTraining.STEPS_OF_A_ROLLOUT);
        assertThat(settings.get(PpoSettings.VALUE_CLIP)).isEmpty();
        assertThat(settings.texts())
                .containsEntry("discount", "0.99")
                .containsEntry("gae-lambda", "0.95")
                .containsEntry("clip", "0.2")
                .containsEntry("value-coefficient", "0.5")
                .containsEntry("max-gradient-norm", "0.5")
                .containsEntry("activation", "tanh")
                .containsEntry("optimizer-epsilon", "1.0e-5");
    }

    @Test
    void ourSideTrains() {
        PpoTraining.Sample sample = new PpoTraining(1).train(2 * PpoTraining.STEPS_OF_A_ROLLOUT - 1, 1);
        assertThat(sample.steps()).isEqualTo(2 * PpoTraining.STEPS_OF_A_ROLLOUT);
        assertThat(sample.stepsPerSecond()).isPositive();
    }
}
