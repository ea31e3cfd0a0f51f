package kingfisher.experiments.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import kingfisher.agents.run.RunFolder;
import kingfisher.agents.run.RunStatus;
import kingfisher.experiments.suite.RunLauncher.Start;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessLauncherTest {
    @TempDir
    Path directory;

    private static Task task(String... options) {
        return new Task("ppo", "CartPole-v1", List.of(3L), List.of(options), Goal.allSeedsButOne(475, 1));
    }

    @Test
    void aSuiteTrainsThroughProcesses() throws InterruptedException, IOException {
        Suite suite = new Suite("smoke", "", List.of(task("--steps", "2000")));
        SuiteFolder folder = new SuiteFolder(directory);
        folder.create();
        SuiteResults results = SuiteResults.load(folder, suite);
        StringBuilder remarks = new StringBuilder();
        new SuiteRunner(
                        suite,
                        folder,
                        results,
                        new ProcessLauncher(() -> false),
                        (row, remark, left) -> remarks.append(remark))
                .run(suite.runs(), 1, () -> false);

        RunKey run = suite.runs().get(0);
        assertThat(remarks.toString()).isEmpty();
        RunMeasures measures = results.row(run).orElseThrow().measures().orElseThrow();
        assertThat(measures.steps()).isBetween(2000L, 2303L); // whole rollouts of 256
        assertThat(measures.deterministic().mean()).isBetween(8.0, 500.0);
        assertThat(measures.seconds()).isPositive();
        assertThat(results.evaluations(run).columns())
                .contains("steps", "deterministic_mean")
                .noneMatch(name -> name.startsWith("time/"));
        assertThat(Files.readString(folder.run(run).resolve("result.json"))).contains("\"threads\" : 1");
    }

    @Test
    void aRunThatIsStoppedKeepsACheckpointFromWhichItGoesOn() throws InterruptedException, IOException {
        Path run = directory.resolve("run");
        Path log = directory.resolve("log");
        AtomicBoolean stop = new AtomicBoolean();
        ProcessLauncher launcher = new ProcessLauncher(() -> {
            stop.compareAndSet(false, Files.exists(run.resolve("metrics.csv")));
            return stop.get();
        });
        int exit = launcher.launch(task("--steps", "100M"), 3, Start.NEW, run, log);
        assertThat(exit).as(Files.readString(log)).isEqualTo(143);
        assertThat(RunStatus.read(run.resolve("result.json"))).contains(RunStatus.INTERRUPTED);
        assertThat(RunFolder.ofExistingRun(run)
                        .lastCheckpoint()
                        .read()
                        .state()
                        .path("steps")
                        .asLong())
                .isPositive();
    }

    @Test
    void wrongInputOfARunIsItsExitCodeAndItsLog() throws InterruptedException, IOException {
        Path log = directory.resolve("log");
        int exit = new ProcessLauncher(() -> false)
                .launch(task("--set", "clip=7"), 3, Start.NEW, directory.resolve("run"), log);
        assertThat(exit).isEqualTo(2);
        assertThat(Files.readString(log)).contains("clip must be");
    }

    @Test
    void aRunThatIsResumedNeedsNothingButItsFolder() {
        assertThat(ProcessLauncher.command(task("--steps", "5"), 3, Start.RESUMED, Path.of("/out/run")))
                .endsWith("resume", "/out/run", "--threads", "1", "--quiet")
                .doesNotContain("--steps");
    }
}
