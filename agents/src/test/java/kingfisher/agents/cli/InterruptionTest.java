package kingfisher.agents.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kingfisher.agents.settings.AlgorithmSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs in processes of their own that are asked to stop, or killed, and go on as if nothing had been. */
final class InterruptionTest {
    private static final int SEED = 20_261_124;
    private static final int ROWS = 60;
    private static final int SIGINT = 2;
    private static final int TERMINATED = 128 + 15;
    private static final List<String> TRAINING = List.of(
            "--quiet",
            "--seed",
            "5",
            "--threads",
            "1",
            "--steps",
            Integer.toString(256 * ROWS),
            "--set",
            "environments=8",
            "--set",
            "rollout-steps=32",
            "--set",
            "checkpoint-interval=1024",
            "--set",
            "evaluation-interval=512");

    /** What an algorithm needs to learn from as few samples a row. */
    private static final Map<String, List<String>> OWN = Map.of("trpo", List.of("--set", "critic-minibatch-size=64"));

    @TempDir
    private static Path parent;

    private static final Map<String, RunFiles> UNBROKEN = new ConcurrentHashMap<>();

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final List<Process> started = new ArrayList<>();

    static List<String> algorithms() {
        return AlgorithmSettings.names();
    }

    private static List<String> training(String algorithm) {
        List<String> arguments = new ArrayList<>(List.of("train", algorithm));
        arguments.addAll(TRAINING);
        arguments.addAll(OWN.getOrDefault(algorithm, List.of()));
        return arguments;
    }

    /** The files of the algorithm's run without a break, which is made when it is first asked for. */
    private static RunFiles unbroken(String algorithm) {
        return UNBROKEN.computeIfAbsent(algorithm, name -> {
            RunFiles run = new RunFiles(parent.resolve("unbroken-" + name));
            List<String> all = training(name);
            all.addAll(List.of("--run", run.folder().toString()));
            assertThat(Program.run(all.toArray(String[]::new)).err()).isEmpty();
            assertThat(run.rows()).isEqualTo(ROWS);
            return run;
        });
    }

    @AfterEach
    void end() {
        started.forEach(Process::destroyForcibly);
    }

    /** Trains, or goes on with the run where it has begun. */
    private Process start(String algorithm, RunFiles run) {
        List<String> arguments = new ArrayList<>();
        if (Files.exists(run.folder())) {
            arguments.addAll(List.of("resume", "--quiet", run.folder().toString()));
        } else {
            arguments.addAll(training(algorithm));
            arguments.addAll(List.of("--run", run.folder().toString()));
        }
        Process process = Program.start(parent.resolve("process"), List.of(), arguments.toArray(String[]::new));
        started.add(process);
        return process;
    }

    private static void await(Process process, BooleanSupplier condition) throws InterruptedException {
        while (process.isAlive() && !condition.getAsBoolean()) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    private static String errors() throws IOException {
        return Files.readString(parent.resolve("process").resolve("err"));
    }

    private static void signal(Process process, String name) throws Exception {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    /** Whether this process, and so its children, would hear Ctrl-C: a shell's background jobs do not. */
    private static boolean hearsInterrupts() throws IOException {
        Path status = Path.of("/proc/self/status");
        Matcher ignored =
                Pattern.compile("SigIgn:\\s*([0-9a-f]+)").matcher(Files.exists(status) ? Files.readString(status) : "");
        return !ignored.find() || (Long.parseUnsignedLong(ignored.group(1), 16) & (1L << (SIGINT - 1))) == 0;
    }

    @ParameterizedTest
    @MethodSource("algorithms")
    void aRunThatIsAskedToStopKeepsItsStateAndGoesOn(String algorithm) throws Exception {
        RunFiles run = new RunFiles(parent.resolve("asked-" + algorithm));
        for (String signal : List.of(hearsInterrupts() ? "INT" : "TERM", "TERM")) {
            int row = run.rows() + random.nextInt(ROWS / 4);
            Process process = start(algorithm, run);
            await(process, () -> run.rows() > row);
            signal(process, signal);

            assertThat(process.waitFor()).as(errors()).isEqualTo(signal.equals("INT") ? Main.INTERRUPTED : TERMINATED);
            assertThat(errors())
                    .matches("interrupted after [0-9]+ steps; go on from the last checkpoint with: "
                            + "java -jar agents.jar resume " + run.folder() + "\n");
            assertThat(run.status()).isEqualTo("interrupted");
            assertThat(run.rows()).isLessThan(ROWS);
        }
        assertThat(start(algorithm, run).waitFor()).as(errors()).isZero();
        run.assertSameAs(unbroken(algorithm), algorithm + ", seed " + SEED);
    }

    @Test
    void aRunThatStillWaitsForItsEnvironmentsEndsAtOnce() throws Exception {
        Path opening = parent.resolve("opening");
        Path run = parent.resolve("stuck");
        Process process = Program.start(
                parent.resolve("process"),
                List.of(),
                "train",
                "ppo",
                "--env",
                OddEnvironments.GUARDED,
                "--env-arg",
                "stuck=true",
                "--env-arg",
                "file=" + opening,
                "--run",
                run.toString());
        started.add(process);
        await(process, () -> Files.exists(opening));
        signal(process, "TERM");

        assertThat(process.waitFor(1, TimeUnit.MINUTES)).as(errors()).isTrue();
        assertThat(process.exitValue()).as(errors()).isEqualTo(TERMINATED);
        assertThat(run).doesNotExist();
    }

    @ParameterizedTest
    @MethodSource("algorithms")
    void aRunThatIsKilledGoesOnFromItsLastCheckpoint(String algorithm) throws Exception {
        for (int number = 0; number < 2; number++) {
            RunFiles run = new RunFiles(parent.resolve("killed-" + algorithm + "-" + number));
            String how = algorithm + ", seed " + SEED + ", run " + number;
            for (int kills = 0; kills < 3; kills++) {
                int row = random.nextInt(ROWS);
                Process process = start(algorithm, run);
                await(process, () -> run.rows() >= row && Files.exists(run.folder()));
                process.destroyForcibly().waitFor();
            }
            assertThat(start(algorithm, run).waitFor()).as(how + errors()).isZero();
            run.assertSameAs(unbroken(algorithm), how);
        }
    }

    @Test
    void aRunThatIsStoppedWhileItStartsHasWrittenNothingOrCanGoOn() throws Exception {
        RunFiles run = new RunFiles(parent.resolve("early"));
        for (int milliseconds = 0; milliseconds < 500; milliseconds += 150) {
            Process process = start("ppo", run);
            process.waitFor(milliseconds, TimeUnit.MILLISECONDS);
            process.destroy();
            assertThat(process.waitFor()).isEqualTo(TERMINATED);
            if (Files.exists(run.folder())) {
                assertThat(run.status()).isEqualTo("interrupted");
            }
        }
        assertThat(start("ppo", run).waitFor()).as(errors()).isZero();
        run.assertSameAs(unbroken("ppo"), "early");
    }
}
