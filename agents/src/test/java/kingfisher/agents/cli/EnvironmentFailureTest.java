package kingfisher.agents.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import kingfisher.agents.run.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Environments that cannot be opened, and such that fail when they are in use. */
final class EnvironmentFailureTest {

    private static final String GONE = "Lost-v0: its server is gone; see to it that it runs";

    @TempDir
    private Path parent;

    private Path run() {
        return parent.resolve("run");
    }

    /** Trains with 30 steps of one environment in each iteration; the environment fails after 40 steps. */
    private Program.Outcome train(String environment, String... more) {
        List<String> all = new ArrayList<>(List.of("train", "ppo", "--quiet", "--seed", "3", "--env", environment));
        for (String setting : List.of(
                "rollout-steps=30",
                "minibatch-size=30",
                "hidden=4",
                "normalize-observations=true",
                "normalize-rewards=true",
                "checkpoint-interval=0")) {
            all.addAll(List.of("--set", setting));
        }
        all.addAll(List.of(more));
        return Program.run(all.toArray(String[]::new));
    }

    private Program.Outcome trainLost(String... more) {
        List<String> all = new ArrayList<>(List.of("--run", run().toString(), "--steps", "90"));
        all.addAll(List.of(more));
        return train(OddEnvironments.LOST, all.toArray(String[]::new));
    }

    private void assertStopped(Program.Outcome outcome, int steps, String options) {
        assertThat(outcome.code()).isEqualTo(Main.FAILED);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err())
                .endsWith("the run stopped after " + steps + " steps: " + GONE
                        + "; go on from the last checkpoint with: java -jar agents.jar resume " + run() + options
                        + "\n");
        RunFiles files = new RunFiles(run());
        assertThat(files.status()).isEqualTo("failed");
        assertThat(files.result().path("failure").asText()).isEqualTo(GONE);
        assertThat(files.result().path("environmentSteps").asInt()).isEqualTo(steps);
        assertThat(files.rows()).isEqualTo(steps / 30);
        assertThat(state(run()).path("steps").asInt()).isEqualTo(steps);
        assertThat(run().resolve("learning-curve.png")).isNotEmptyFile();
    }

    private static JsonNode state(Path folder) {
        return manifest(folder).path("state");
    }

    private static JsonNode manifest(Path folder) {
        try {
            return Json.parse(Files.readString(folder.resolve("checkpoints/last/manifest.json")));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Test
    void aRunLosesNoWholeIterationAndEveryResumeGoesFurther() {
        Program.Outcome first = trainLost("--set", "evaluation-interval=0", "--environment-timeout", "5");
        assertThat(first.err()).hasLineCount(1);
        assertStopped(first, 30, " --environment-timeout 5");
        assertStopped(Program.run("resume", run().toString(), "--quiet"), 60, "");
        // the last iteration is done now, and the last evaluation fails
        assertStopped(Program.run("resume", run().toString(), "--quiet"), 90, "");
        assertStopped(Program.run("resume", run().toString(), "--quiet"), 90, "");
    }

    @Test
    void whatIsKeptIsTheStateAfterTheLastWholeIteration() {
        trainLost("--set", "evaluation-interval=0");
        Path whole = parent.resolve("whole");
        train(OddEnvironments.FORGETFUL, "--run", whole.toString(), "--steps", "30");

        assertThat(manifest(run()).path("tensors").path("sha256"))
                .isEqualTo(manifest(whole).path("tensors").path("sha256"));
        for (String part : List.of(
                "iteration",
                "counters",
                "generators",
                "episodes",
                "observations",
                "observationMoments",
                "rewardMoments",
                "discountedReturns")) {
            assertThat(state(run()).path(part)).as(part).isEqualTo(state(whole).required(part));
        }
    }

    @Test
    void aFailureInAnEvaluationOnTheWayKeepsTheIterationBeforeIt() throws IOException {
        Program.Outcome outcome = trainLost("--set", "evaluation-interval=30", "--set", "evaluation-episodes=50");

        assertStopped(outcome, 30, "");
        assertThat(run().resolve("evaluations.csv")).doesNotExist();
        assertThat(state(run()).path("evaluatedSteps").asInt()).isZero();
    }

    @Test
    void anEvaluationThatFailsIsAFailureOnTheWay() {
        trainLost("--set", "evaluation-interval=0");
        Path json = parent.resolve("evaluation.json");

        assertThat(Program.run("evaluate", run().toString(), "--json", json.toString()))
                .isEqualTo(new Program.Outcome(Main.FAILED, "", GONE + "\n"));
        assertThat(json).doesNotExist();
    }

    @Test
    void aTraceKeepsTheLinesSoFar() throws IOException {
        Path actions = Files.writeString(parent.resolve("actions"), "1\n".repeat(45));
        Path out = parent.resolve("out");

        assertThat(Program.run(
                        "trace",
                        "--env",
                        OddEnvironments.LOST,
                        "--seed",
                        "1",
                        "--actions",
                        actions.toString(),
                        "--out",
                        out.toString()))
                .isEqualTo(new Program.Outcome(
                        Main.FAILED, "", "the trace stopped after 40 of 45 actions: " + GONE + "\n"));
        assertThat(Files.readAllLines(out)).hasSize(40 + 1 + 4); // an episode has 10 steps
    }

    @Test
    void whatCannotBeOpenedIsWrongInputAndChangesNothing() throws IOException {
        Path guard = Files.createFile(parent.resolve("guard"));
        String argument = "file=" + guard;
        String[] opening = {"--env-arg", argument, "--run", run().toString(), "--steps", "30"};
        assertThat(train(OddEnvironments.GUARDED, opening).code()).isZero();
        Files.delete(guard);
        Files.delete(run().resolve("result.json")); // it can go on
        Path actions = Files.writeString(parent.resolve("actions"), "1\n");
        Map<Path, String> before = content();
        Program.Outcome refused =
                new Program.Outcome(Main.WRONG_INPUT, "", "Guarded-v0: nothing listens at " + guard + "\n");

        assertThat(train(
                        OddEnvironments.GUARDED,
                        "--env-arg",
                        argument,
                        "--run",
                        parent.resolve("other").toString()))
                .isEqualTo(refused);
        assertThat(Program.run("resume", run().toString(), "--steps", "60")).isEqualTo(refused);
        assertThat(Program.run(
                        "evaluate",
                        run().toString(),
                        "--json",
                        parent.resolve("json").toString()))
                .isEqualTo(refused);
        assertThat(Program.run("check-env", OddEnvironments.GUARDED, "--env-arg", argument))
                .isEqualTo(refused);
        assertThat(Program.run(
                        "trace",
                        "--env",
                        OddEnvironments.GUARDED,
                        "--env-arg",
                        argument,
                        "--seed",
                        "1",
                        "--actions",
                        actions.toString(),
                        "--out",
                        parent.resolve("out").toString()))
                .isEqualTo(refused);
        assertThat(content()).isEqualTo(before);
    }

    private Map<Path, String> content() {
        Map<Path, String> content = new TreeMap<>();
        for (Path path : Program.content(parent)) {
            try {
                content.put(
                        path, Files.isDirectory(path) ? "" : Files.getLastModifiedTime(path) + " " + Files.size(path));
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
        return content;
    }
}
