package kingfisher.agents.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs in processes of their own that are asked to stop, or killed, and go on as if nothing had been. */
final class InterruptionTest {
    private static final int SEED = 20_261_124;
    private static final int ROWS = 60;
    private static final int SIGINT = 2;
    private static final int TERMINATED = 128 + 15;
    private static final List<String> TRAINING = List.of(
            "train",
            "ppo",
            "--quiet",
            "--seed",
            "5",
            "--threads",
            "1",
            "--steps",
            Integer.toString(256 * ROWS),
            "--set",
            "checkpoint-interval=1024",
            "--set",
            "evaluation-interval=512");

    @TempDir
    private static Path parent;

    private static RunFiles unbroken = new RunFiles(Path.of(""));

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final List<Process> started = new ArrayList<>();

    @BeforeAll
    static void trainWithoutABreak() {
        List<String> all = new ArrayList<>(TRAINING);
        unbroken = new RunFiles(parent.resolve("unbroken"));
        all.addAll(List.of("--run", unbroken.folder().toString()));
        assertThat(Program.run(all.toArray(String[]::new)).err()).isEmpty();
        assertThat(unbroken.rows()).isEqualTo(ROWS);
    }

    @AfterEach
    void end() {
        started.forEach(Process::destroyForcibly);
    }

    /** Trains, or goes on with the run where it has begun. */
    private Process start(RunFiles run) {
        List<String> arguments = new ArrayList<>();
        if (Files.exists(run.folder())) {
            arguments.addAll(List.of("resume", "--quiet", run.folder().toString()));
        } else {
            arguments.addAll(TRAINING);
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

    @Test
    void aRunThatIsAskedToStopKeepsItsStateAndGoesOn() throws Exception {
        RunFiles run = new RunFiles(parent.resolve("asked"));
        for (String signal : List.of(hearsInterrupts() ? "INT" : "TERM", "TERM")) {
            int row = run.rows() + random.nextInt(ROWS / 4);
            Process process = start(run);
            await(process, () -> run.rows() > row);
            signal(process, signal);

            assertThat(process.waitFor()).as(errors()).isEqualTo(signal.equals("INT") ? Main.INTERRUPTED : TERMINATED);
            assertThat(errors())
                    .matches("interrupted after [0-9]+ steps; go on from the last checkpoint with: "
                            + "java -jar agents.jar resume " + run.folder() + "\n");
            assertThat(run.status()).isEqualTo("interrupted");
            assertThat(run.rows()).isLessThan(ROWS);
        }
        assertThat(start(run).waitFor()).as(errors()).isZero();
        run.assertSameAs(unbroken, "seed " + SEED);
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

    @Test
    void aRunThatIsKilledGoesOnFromItsLastCheckpoint() throws Exception {
        for (int number = 0; number < 2; number++) {
            RunFiles run = new RunFiles(parent.resolve("killed-" + number));
            String how = "seed " + SEED + ", run " + number;
            for (int kills = 0; kills < 3; kills++) {
                int row = random.nextInt(ROWS);
                Process process = start(run);
                await(process, () -> run.rows() >= row && Files.exists(run.folder()));
                process.destroyForcibly().waitFor();
            }
            assertThat(start(run).waitFor()).as(how + errors()).isZero();
            run.assertSameAs(unbroken, how);
        }
    }

    @Test
    void aRunThatIsStoppedWhileItStartsHasWrittenNothingOrCanGoOn() throws Exception {
        RunFiles run = new RunFiles(parent.resolve("early"));
        for (int milliseconds = 0; milliseconds < 500; milliseconds += 150) {
            Process process = start(run);
            process.waitFor(milliseconds, TimeUnit.MILLISECONDS);
            process.destroy();
            assertThat(process.waitFor()).isEqualTo(TERMINATED);
            if (Files.exists(run.folder())) {
                assertThat(run.status()).isEqualTo("interrupted");
            }
        }
        assertThat(start(run).waitFor()).as(errors()).isZero();
        run.assertSameAs(unbroken, "early");
    }
}
