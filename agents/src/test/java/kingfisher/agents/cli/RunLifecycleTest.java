package kingfisher.agents.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import kingfisher.agents.run.CheckpointFolder;
import kingfisher.agents.run.Json;
import kingfisher.agents.run.RunFolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run from its first command to its last, within this process. */
final class RunLifecycleTest {
    private static final List<String> SMALL =
            List.of("--set", "hidden=8", "--set", "rollout-steps=16", "--set", "minibatch-size=64");
    private static final List<String> TINY = List.of(
            "--set", "environments=1", "--set", "rollout-steps=30", "--set", "minibatch-size=30", "--set", "hidden=4");

    @TempDir
    private Path parent;

    private static Program.Outcome train(Path run, List<String> more, String... arguments) {
        List<String> all = new ArrayList<>(List.of("train", "ppo", "--quiet", "--seed", "3", "--run", run.toString()));
        all.addAll(more);
        all.addAll(List.of(arguments));
        return Program.run(all.toArray(String[]::new));
    }

    private static Program.Outcome resume(Path run, String... arguments) {
        List<String> all = new ArrayList<>(List.of("resume", run.toString(), "--quiet"));
        all.addAll(List.of(arguments));
        return Program.run(all.toArray(String[]::new));
    }

    @Test
    void aRunLeavesEverythingThatTheContractNames() {
        Path run = parent.resolve("runs").resolve("one");
        Program.Outcome outcome = train(run, SMALL, "--steps", "1k");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out())
                .contains("last policy, 100 episodes: mean return ", "1,024 steps in ", run.toString());
        assertThat(run).isDirectoryContaining("glob:**/events.out.tfevents.*");
        for (String file : List.of(
                "config.yaml",
                "provenance.json",
                "metrics.csv",
                "evaluations.csv",
                "result.json",
                "learning-curve.png",
                "checkpoints/last/manifest.json",
                "checkpoints/best/manifest.json")) {
            assertThat(run.resolve(file)).isNotEmptyFile();
        }
        assertThat(Program.content(parent))
                .noneMatch(path -> path.getFileName().toString().startsWith("."));
        assertThat(new RunFiles(run).result().path("command").asText())
                .startsWith("java -jar agents.jar train ppo --quiet --seed 3 --run " + run + " --set hidden=8");
    }

    @Test
    void aCompletedRunSaysSoAndCanBeMadeLonger() {
        Path run = parent.resolve("run");
        train(run, SMALL, "--steps", "1k");
        Path config = run.resolve("config.yaml");

        assertThat(resume(run))
                .isEqualTo(new Program.Outcome(
                        0, "the run in " + run + " is complete (1024 steps); --steps makes it longer\n", ""));
        assertThat(resume(run, "--steps", "1000"))
                .isEqualTo(new Program.Outcome(
                        Main.WRONG_INPUT, "", "--steps must be at least the 1024 steps that are done: 1000\n"));
        assertThat(resume(run, "--steps", "long").err())
                .isEqualTo("steps must be a whole number of at least 1: long\n");
        assertThat(config).content().contains("steps: 1000  # --steps\n");

        Program.Outcome longer = resume(run, "--steps", "2k");
        assertThat(longer.code()).isZero();
        assertThat(longer.out()).contains("2,048 steps in ");
        assertThat(new RunFiles(run).rows()).isEqualTo(16);
        assertThat(new RunFiles(run).result().path("environmentSteps").asLong()).isEqualTo(2048);
        assertThat(config).content().contains("steps: 2000  # --steps\n");
        assertThat(resume(run).out()).contains("is complete (2048 steps)");
    }

    @Test
    void aRunThatReachedItsGoalIsCompleteAndGoesOnWhenMadeLonger() {
        Path run = parent.resolve("run");
        train(run, SMALL, "--steps", "2k", "--set", "stop-at-return=1", "--set", "evaluation-interval=256");

        assertThat(new RunFiles(run).result().path("environmentSteps").asLong()).isEqualTo(256);
        assertThat(resume(run).out()).contains("is complete (256 steps)");
        assertThat(resume(run, "--steps", "4k").code()).isZero();
        assertThat(new RunFiles(run).result().path("environmentSteps").asLong()).isEqualTo(512);
    }

    @Test
    void twoRunsOfOneSeedAreTheSameOnAnyNumberOfThreads() {
        train(parent.resolve("one"), SMALL, "--steps", "2k", "--threads", "1");
        train(parent.resolve("two"), SMALL, "--steps", "2k", "--threads", "2");

        new RunFiles(parent.resolve("two")).assertSameAs(new RunFiles(parent.resolve("one")), "threads");
    }

    @Test
    void whatIsNoNumberStopsTheRunWithItsNameAndIsNotKept() {
        Path run = parent.resolve("run");
        Program.Outcome outcome = train(
                run, SMALL, "--set", "learning-rate=1e30", "--set", "max-gradient-norm=none", "--set", "optimizer=sgd");

        assertThat(outcome.code()).isEqualTo(Main.FAILED);
        assertThat(outcome.err())
                .hasLineCount(1)
                .matches("the run stopped after 0 steps: the squared gradient norm of the (policy|value) network is "
                        + "(NaN|Infinity): learning diverged; a smaller learning-rate or max-gradient-norm may keep it on its"
                        + " way; go on from the last checkpoint with: java -jar agents.jar resume " + run
                        + "\\n");
        assertThat(new RunFiles(run).status()).isEqualTo("failed");
        assertThat(new RunFiles(run).result().path("failure").asText()).contains("squared gradient norm");
        assertFinite(RunFolder.ofExistingRun(run).lastCheckpoint());
        assertThat(resume(run).code()).isEqualTo(Main.FAILED); // it fails again, as a run without a break would
        assertThat(new RunFiles(run).status()).isEqualTo("failed");
    }

    @Test
    void anOptimizerThatOverflowsSilentlyIsFoundBeforeItIsKept() {
        Path run = parent.resolve("run");
        Program.Outcome outcome = train(
                run,
                SMALL,
                "--set",
                "value-coefficient=1e30",
                "--set",
                "max-gradient-norm=none",
                "--set",
                "checkpoint-interval=128");

        assertThat(outcome.code()).isEqualTo(Main.FAILED);
        assertThat(outcome.err())
                .startsWith(
                        "the run stopped after 0 steps: the squared norm of the optimizer's second-moment of the value"
                                + " network is Infinity: learning diverged; ");
        assertFinite(RunFolder.ofExistingRun(run).lastCheckpoint());
    }

    private static void assertFinite(CheckpointFolder checkpoint) {
        checkpoint
                .read()
                .tensors()
                .forEach((name, tensor) -> assertThat(tensor.numbers()).as(name).allMatch(Double::isFinite));
    }

    @Test
    void anEnvironmentThatBreaksStopsTheRunWithThePlace() {
        Path run = parent.resolve("run");
        Program.Outcome outcome = train(run, TINY, "--env", OddEnvironments.BREAKING, "--set", "evaluation-interval=0");

        assertThat(outcome.code()).isEqualTo(Main.FAILED);
        assertThat(outcome.err())
                .hasLineCount(1)
                .startsWith("the run stopped after 30 steps: java.lang.IllegalStateException: the robot fell over at "
                        + OddEnvironment.class.getName() + ".step(OddEnvironment.java:");
        assertThat(new RunFiles(run).status()).isEqualTo("failed");
        assertThat(new RunFiles(run).rows()).isOne();
    }

    @Test
    void aRewardThatIsNoNumberStopsTheRunWithItsName() {
        Program.Outcome outcome =
                train(parent.resolve("run"), TINY, "--env", OddEnvironments.UNPAID, "--set", "evaluation-interval=0");

        assertThat(outcome.code()).isEqualTo(Main.FAILED);
        assertThat(outcome.err())
                .contains("the run stopped after 30 steps: Unpaid-v0: the reward of environment 0 is NaN, which ");
    }

    @Test
    void anEnvironmentThatCannotTellItsStateIsSaidToStartAnew() throws Exception {
        Path run = parent.resolve("run");
        assertThat(train(run, TINY, "--env", OddEnvironments.FORGETFUL, "--steps", "60")
                        .code())
                .isZero();
        Files.delete(run.resolve("result.json"));

        Program.Outcome outcome = resume(run, "--steps", "90");
        assertThat(outcome.code()).isZero();
        assertThat(outcome.err())
                .isEqualTo(
                        "note: Forgetful-v0 can't tell its state; new episodes start, so the run is not the one without"
                                + " a break\n");
        assertThat(new RunFiles(run).rows()).isEqualTo(3);
    }

    @Test
    void theLastAndTheBestPolicyCanBeEvaluated() {
        Path run = parent.resolve("run");
        train(run, SMALL, "--steps", "2k");
        Path json = parent.resolve("evaluation.json");

        Program.Outcome last = Program.run("evaluate", run.toString(), "--json", json.toString());
        assertThat(last.code()).isZero();
        assertThat(json).content().isEqualToNormalizingNewlines(indentedEvaluation(run));
        Program.Outcome best = Program.run(
                "evaluate", run.toString(), "--policy", "best", "--episodes", "3", "--seed", "9223372036854775807");
        assertThat(best.out()).startsWith("best policy, 3 episodes: mean return ");
    }

    private static String indentedEvaluation(Path run) {
        return Json.pretty(new RunFiles(run).result().path("evaluation"));
    }

    @Test
    void theLargestSeedIsASeed() {
        Path run = parent.resolve("run");

        assertThat(train(run, SMALL, "--steps", "128", "--seed", "9223372036854775807")
                        .err())
                .isEqualTo("--seed is given twice\n");
        assertThat(Program.run(
                                "train",
                                "ppo",
                                "--quiet",
                                "--run",
                                run.toString(),
                                "--steps",
                                "256",
                                "--seed",
                                "9223372036854775807")
                        .code())
                .isZero();
    }
}
