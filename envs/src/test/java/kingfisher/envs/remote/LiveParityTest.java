package kingfisher.envs.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import kingfisher.env.v1.AutoresetMode;
import kingfisher.envs.PythonScript;
import kingfisher.envs.VectorEnvironment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Gymnasium through the bridge against Gymnasium in one process, live: the same seeds and actions give the same bits, in all
 * three autoreset modes and over whole episodes.
 */
final class LiveParityTest {

    private static final List<String> TASKS = List.of(
            "Acrobot-v1",
            "CartPole-v1",
            "MountainCar-v0",
            "MountainCarContinuous-v0",
            "Pendulum-v1",
            "Blackjack-v1",
            "CliffWalking-v1",
            "FrozenLake-v1",
            "Taxi-v4",
            "Ant-v5",
            "HalfCheetah-v5",
            "Hopper-v5",
            "InvertedDoublePendulum-v5",
            "InvertedPendulum-v5",
            "Reacher-v5",
            "Swimmer-v5",
            "Walker2d-v5");
    private static final List<AutoresetMode> MODES = List.of(
            AutoresetMode.AUTORESET_MODE_NEXT_STEP,
            AutoresetMode.AUTORESET_MODE_SAME_STEP,
            AutoresetMode.AUTORESET_MODE_DISABLED);

    @TempDir
    private Path folder;

    private EnvironmentOpener opener = new EnvironmentOpener(ConnectionOptions.DEFAULT);

    @BeforeEach
    void open() {
        opener = new EnvironmentOpener(new ConnectionOptions(
                Optional.of(PythonScript.interpreter()),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Duration.ofSeconds(60),
                OptionalInt.of(2)));
    }

    @AfterEach
    void close() {
        opener.close();
    }

    @Test
    void bridgedEnvironmentsGiveTheBitsOfGymnasiumsOwnVectors() throws Exception {
        BridgeRecorder recorder = new BridgeRecorder(folder);
        for (String task : TASKS) {
            for (AutoresetMode mode : MODES) {
                recorder.recordGroup(opener, task, Map.of(), mode);
            }
        }
        recorder.recordGroup(
                opener, "FrozenLake-v1", Map.of("map_name", "8x8"), AutoresetMode.AUTORESET_MODE_NEXT_STEP);
        for (String task : List.of("CartPole-v1", "HalfCheetah-v5", "Blackjack-v1")) {
            try (VectorEnvironment overTwoServers = opener.openVector("gym:" + task, Map.of(), BridgeRecorder.ROWS)) {
                recorder.recordVector(overTwoServers, task);
            }
        }

        PythonScript.Outcome outcome = PythonScript.run(folder, "verify_bridge.py", folder.toString());

        assertThat(outcome.code()).as(outcome.output()).isZero();
        assertThat(outcome.output()).contains(recorder.cases() + " cases, ");
        assertThat(recorder.episodes()).isGreaterThanOrEqualTo(200);
        assertThat(outcome.output()).endsWith(recorder.episodes() + " episodes, 0 cases differ\n");
    }
}
