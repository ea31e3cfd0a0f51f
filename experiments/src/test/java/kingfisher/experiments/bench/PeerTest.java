package kingfisher.experiments.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.CommonSettings;
import kingfisher.agents.settings.PpoSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.agents.train.EnvironmentSource;
import kingfisher.envs.InvalidInputException;
import kingfisher.experiments.bench.PeerPython.Peers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class PeerTest {
    private static final String SCRIPT = "sb3_ppo_cartpole.py";

    @TempDir
    Path directory;

    @Test
    void withoutAnInterpreterOneLineSaysHowToGetIt() {
        assertThatThrownBy(() -> Benchmarks.find("ppo-cartpole", Map.of()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("KINGFISHER_PEER_PYTHON is not set; install the peers with: ")
                .hasMessageContaining("pip install -r experiments/peers/requirements.txt")
                .hasMessageNotContaining("\n");
        assertThatThrownBy(() ->
                        PeerPython.find(Peers.STABLE_BASELINES3, Map.of("KINGFISHER_PEER_PYTHON", "/no/such/python")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("KINGFISHER_PEER_PYTHON must be a Python interpreter: /no/such/python; ");
        assertThatThrownBy(() -> Benchmarks.find("curvature-products", Map.of()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("KINGFISHER_JAX_PYTHON is not set; install the peers with: ")
                .hasMessageContaining("pip install -r experiments/peers/requirements-jax.txt");
    }

    @Test
    void anUnknownBenchmarkIsToldWithTheNearestNames() {
        assertThatThrownBy(() -> Benchmarks.find("ppo-cartpol", Map.of()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("unknown benchmark: ppo-cartpol; nearest: ppo-cartpole, trpo-preconditioner");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS) // the interpreter is a shell script
    void thePeerHasItsScriptsAndAnswersLineByLine() throws IOException {
        PeerPython python = ShellInterpreter.of(directory, Peers.STABLE_BASELINES3, """
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
        PeerPython python = ShellInterpreter.of(
                directory,
                Peers.STABLE_BASELINES3,
                "echo Traceback >&2; echo \"ModuleNotFoundError: No module\" >&2; exit 1");
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
    void ourSidesAreSetAsThePeersScriptsAre() {
        Settings cartPole = PpoCartPole.settings();
        assertThat(cartPole.get(PpoSettings.VALUE_CLIP)).isEmpty();
        assertThat(cartPole.get(CommonSettings.ENVIRONMENTS) * cartPole.get(CommonSettings.ROLLOUT_STEPS))
                .isEqualTo(1024);
        Settings cheetah = BridgeHalfCheetah.settings();
        assertThat(cheetah.texts())
                .containsEntry("environments", "8")
                .containsEntry("rollout-steps", "256")
                .containsEntry("minibatch-size", "64")
                .containsEntry("epochs", "10")
                .containsEntry("learning-rate", "0.0003")
                .containsEntry("normalize-observations", "true")
                .containsEntry("normalize-rewards", "true")
                .containsEntry("entropy-coefficient", "0");
        assertThat(cheetah.get(PpoSettings.VALUE_CLIP)).isEmpty();
        for (Settings settings : List.of(cartPole, cheetah)) {
            assertThat(settings.texts())
                    .containsEntry("discount", "0.99")
                    .containsEntry("gae-lambda", "0.95")
                    .containsEntry("clip", "0.2")
                    .containsEntry("value-coefficient", "0.5")
                    .containsEntry("max-gradient-norm", "0.5")
                    .containsEntry("activation", "tanh")
                    .containsEntry("hidden", "64,64")
                    .containsEntry("optimizer-epsilon", "1.0e-5");
        }
    }

    @Test
    void ourTrustRegionIsSb3ContribsDefaultForSixDimensions() {
        Settings settings = TrpoUpdate.settings(8);
        AlgorithmSettings.find("trpo").check(settings);
        assertThat(settings.texts())
                .containsEntry("environments", "8")
                .containsEntry("rollout-steps", "2048")
                .containsEntry("discount", "0.99")
                .containsEntry("gae-lambda", "0.95")
                .containsEntry("hidden", "64,64")
                .containsEntry("activation", "tanh")
                .containsEntry("max-kl", "0.06")
                .containsEntry("cg-iterations", "15")
                .containsEntry("cg-damping", "0.6")
                .containsEntry("line-search-steps", "10")
                .containsEntry("fisher-subsample", "1")
                .containsEntry("critic-epochs", "10")
                .containsEntry("critic-minibatch-size", "128")
                .containsEntry("critic-learning-rate", "0.001")
                .containsEntry("optimizer-epsilon", "1.0e-5");
    }

    @Test
    void ourSideTrains() {
        EnvironmentSource source = EnvironmentSource.registered("CartPole-v1", Map.of());
        TimedTraining.Sample sample =
                new TimedTraining("ppo", source, PpoCartPole.settings(), 1).train(2 * 1024 - 1, 1);
        assertThat(sample.steps()).isEqualTo(2 * 1024);
        assertThat(sample.stepsPerSecond()).isPositive();
    }

    @Test
    void theScriptsThatTheBenchmarksStartComeWithTheProgram() {
        for (String script : List.of(
                "gymnasium_vectors.py",
                "kfac_jax_step.py",
                "sb3_ppo_halfcheetah.py",
                SCRIPT,
                "sb3_trpo_update.py",
                "timed_requests.py")) {
            assertThat(PeerProcess.class.getResource(script)).as(script).isNotNull();
        }
    }
}
