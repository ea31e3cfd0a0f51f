package kingfisher.experiments.suite;

import static kingfisher.experiments.suite.SuiteFixture.ACROBOT_0;
import static kingfisher.experiments.suite.SuiteFixture.CART_0;
import static kingfisher.experiments.suite.SuiteFixture.CART_1;
import static kingfisher.experiments.suite.SuiteFixture.SUITE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import kingfisher.agents.run.RunStatus;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SuiteRunnerTest {
    @TempDir
    Path directory;

    private SuiteFolder folder;
    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

    /** Stands for the training processes: remembers what was launched, and ends as it is told. */
    private static final class FakeLauncher implements RunLauncher {
        final List<String> launched = Collections.synchronizedList(new ArrayList<>());
        final Map<Long, Integer> exits = new HashMap<>();

        @Override
        public int launch(Task task, long seed, Start start, Path folder, Path log) throws IOException {
            launched.add(task.environment() + " " + seed + " " + start);
            int exit = exits.getOrDefault(seed, 0);
            if (start == Start.NEW) {
                assertThat(folder).doesNotExist();
            }
            if (exit == 0) {
                SuiteFixture.writeResult(folder, "completed", 100.0 + seed);
                SuiteFixture.write(folder.resolve("evaluations.csv"), "steps,deterministic_mean\n512,7.0\n10");
            } else {
                Files.writeString(log, "a warning\nthe run stopped: loss is NaN\n\n");
            }
            return exit;
        }
    }

    @BeforeEach
    void makeFolder() {
        folder = new SuiteFolder(directory);
        folder.create();
    }

    private SuiteResults run(RunLauncher launcher, int jobs, BooleanSupplier stop) throws InterruptedException {
        SuiteResults results = SuiteResults.load(folder, SUITE);
        SuiteListener listener = (row, remark, left) ->
                lines.add(row.key() + " " + row.statusText() + " " + left + (remark.isEmpty() ? "" : ": " + remark));
        new SuiteRunner(SUITE, folder, results, launcher, listener).run(SUITE.runs(), jobs, stop);
        return results;
    }

    private SuiteResults run(RunLauncher launcher) throws InterruptedException {
        return run(launcher, 1, () -> false);
    }

    @Test
    void everyRunIsLaunchedOnceAndHasARow() throws InterruptedException, IOException {
        FakeLauncher launcher = new FakeLauncher();
        run(launcher);
        assertThat(launcher.launched).containsExactly("CartPole-v1 0 NEW", "CartPole-v1 1 NEW", "Acrobot-v1 0 NEW");
        assertThat(lines)
                .containsExactly(
                        "ppo CartPole-v1 seed 0 completed 2",
                        "ppo CartPole-v1 seed 1 completed 1",
                        "ppo Acrobot-v1 seed 0 completed 0");
        assertThat(Files.readString(folder.results())).isEqualTo("""
                        algorithm,environment,seed,steps,seconds,last100TrainingReturns,deterministic_mean,deterministic_std,stochastic_mean,stochastic_std,status,commit
                        ppo,Acrobot-v1,0,1024,2.0,,100.0,0.5,2.0,,completed,abc
                        ppo,CartPole-v1,0,1024,2.0,,100.0,0.5,2.0,,completed,abc
                        ppo,CartPole-v1,1,1024,2.0,,101.0,0.5,2.0,,completed,abc
                        """);
        assertThat(Files.readString(folder.evaluations())).isEqualTo("""
                        algorithm,environment,seed,steps,deterministic_mean
                        ppo,Acrobot-v1,0,512,7.0
                        ppo,CartPole-v1,0,512,7.0
                        ppo,CartPole-v1,1,512,7.0
                        """);
    }

    @Test
    void runsThatAreDoneAreNotRepeated() throws InterruptedException, IOException {
        run(new FakeLauncher());
        String results = Files.readString(folder.results());
        FakeLauncher second = new FakeLauncher();
        run(second);
        assertThat(second.launched).isEmpty();
        assertThat(Files.readString(folder.results())).isEqualTo(results);
    }

    @Test
    void aFailingRunHasARowAndTheOthersGoOn() throws InterruptedException {
        FakeLauncher launcher = new FakeLauncher();
        launcher.exits.put(1L, 1);
        SuiteResults results = run(launcher);
        assertThat(results.row(CART_1).orElseThrow().status()).isEqualTo(RunStatus.FAILED);
        assertThat(results.isDone(ACROBOT_0)).isTrue();
        assertThat(lines.get(1))
                .startsWith("ppo CartPole-v1 seed 1 failed 1: exit code 1, the run stopped: loss is NaN")
                .contains(folder.log(CART_1).toString());
    }

    @Test
    void aRunThatFailedIsTriedAgain() throws InterruptedException {
        FakeLauncher launcher = new FakeLauncher();
        launcher.exits.put(1L, 1);
        run(launcher);
        launcher.exits.clear();
        launcher.launched.clear();
        SuiteResults results = run(launcher);
        assertThat(launcher.launched).containsExactly("CartPole-v1 1 NEW");
        assertThat(results.isDone(CART_1)).isTrue();
    }

    @Test
    void anExitOfZeroWithoutAResultIsAFailure() throws InterruptedException {
        SuiteResults results = run((task, seed, start, runFolder, log) -> 0);
        assertThat(results.rows()).extracting(RunRow::status).containsOnly(RunStatus.FAILED);
    }

    @Test
    void aRunThatCannotBeStartedIsAFailure() throws InterruptedException {
        SuiteResults results = run((task, seed, start, runFolder, log) -> {
            throw new IOException("no such program");
        });
        assertThat(results.rows()).extracting(RunRow::status).containsOnly(RunStatus.FAILED);
        assertThat(lines).allMatch(line -> line.endsWith("could not be started: java.io.IOException: no such program"));
    }

    @Test
    void aHalfDoneRunWithACheckpointIsResumed() throws InterruptedException, IOException {
        Files.createDirectories(folder.run(CART_0));
        SuiteFixture.writeCheckpoint(folder.run(CART_0));
        SuiteFixture.writeResult(folder.run(CART_0), "interrupted", 1);
        FakeLauncher launcher = new FakeLauncher();
        run(launcher);
        assertThat(launcher.launched).startsWith("CartPole-v1 0 RESUMED", "CartPole-v1 1 NEW");
    }

    @Test
    void aHalfDoneRunWithoutAReadableCheckpointBeginsAgain() throws InterruptedException {
        SuiteFixture.write(folder.run(CART_0).resolve("checkpoints/last/manifest.json"), "{broken");
        SuiteFixture.write(folder.run(CART_1).resolve("config.yaml"), "steps: 5");
        FakeLauncher launcher = new FakeLauncher();
        run(launcher);
        assertThat(launcher.launched).startsWith("CartPole-v1 0 NEW", "CartPole-v1 1 NEW");
    }

    @Test
    void aRunThatWasDoneBeforeItsRowWasWrittenIsTakenAsItIs() throws InterruptedException {
        SuiteFixture.writeResult(folder.run(CART_0), "completed", 42);
        FakeLauncher launcher = new FakeLauncher();
        SuiteResults results = run(launcher);
        assertThat(launcher.launched).doesNotContain("CartPole-v1 0 NEW");
        assertThat(results.row(CART_0)
                        .orElseThrow()
                        .measures()
                        .orElseThrow()
                        .deterministic()
                        .mean())
                .isEqualTo(42);
    }

    @Test
    void whenItIsToStopNoOtherRunBeginsAndTheOneAtHandIsInterrupted() throws InterruptedException {
        AtomicBoolean stop = new AtomicBoolean();
        List<Long> launched = new ArrayList<>();
        SuiteResults results = run(
                (task, seed, start, runFolder, log) -> {
                    launched.add(seed);
                    if (seed == 1) {
                        stop.set(true);
                        return 137;
                    }
                    SuiteFixture.writeResult(runFolder, "completed", 5);
                    return 0;
                },
                1,
                stop::get);
        assertThat(launched).containsExactly(0L, 1L);
        assertThat(results.isDone(CART_0)).isTrue();
        assertThat(results.row(CART_1).orElseThrow().status()).isEqualTo(RunStatus.INTERRUPTED);
        assertThat(results.row(ACROBOT_0)).isEmpty();
    }

    @Test
    void aRunThatSomebodyElseInterruptedSaysSo() throws InterruptedException {
        SuiteResults results = run((task, seed, start, runFolder, log) -> 143);
        assertThat(results.rows()).extracting(RunRow::status).containsOnly(RunStatus.INTERRUPTED);
    }

    @Test
    void aRunThatCameToItsResultBeforeItWasStoppedIsDone() throws InterruptedException {
        SuiteResults results = run((task, seed, start, runFolder, log) -> {
            SuiteFixture.writeResult(runFolder, "completed", 5);
            return 143;
        });
        assertThat(results.rows()).extracting(RunRow::status).containsOnly(RunStatus.COMPLETED);
    }

    @Test
    void asManyRunsGoOnAtATimeAsThereAreJobs() throws InterruptedException {
        CyclicBarrier together = new CyclicBarrier(3);
        FakeLauncher ending = new FakeLauncher();
        SuiteResults results = run(
                (task, seed, start, runFolder, log) -> {
                    try {
                        together.await(30, TimeUnit.SECONDS); // opens only when three wait
                    } catch (Exception alone) {
                        throw new IOException(alone);
                    }
                    return ending.launch(task, seed, start, runFolder, log);
                },
                3,
                () -> false);
        assertThat(results.rows()).extracting(RunRow::status).containsOnly(RunStatus.COMPLETED);
    }
}
