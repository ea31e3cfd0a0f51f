package kingfisher.experiments.suite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import kingfisher.agents.run.Checkpoint;
import kingfisher.agents.run.Json;
import kingfisher.agents.run.ReturnSummary;
import kingfisher.agents.run.RunFolder;

/** A small suite, and files as runs leave them. */
public final class SuiteFixture {
    public static final RunKey CART_0 = new RunKey("ppo", "CartPole-v1", 0);
    public static final RunKey CART_1 = new RunKey("ppo", "CartPole-v1", 1);
    public static final RunKey ACROBOT_0 = new RunKey("ppo", "Acrobot-v1", 0);

    public static final Suite SUITE = new Suite(
            "small",
            "Two tasks.",
            List.of(
                    new Task(
                            "ppo", "CartPole-v1", List.of(0L, 1L), List.of(), new Goal(Score.LAST_POLICY, 475, 475, 1)),
                    new Task("ppo", "Acrobot-v1", List.of(0L), List.of(), new Goal(Score.LAST_POLICY, -90, -100, 1))));

    private SuiteFixture() {}

    public static RunMeasures measures(double mean) {
        return new RunMeasures(1024, 2.5, 33.25, new ReturnSummary(mean, 1.5), new ReturnSummary(mean - 1, 2), "abc");
    }

    public static RunRow completed(RunKey key, double mean) {
        return RunRow.completed(key, measures(mean));
    }

    public static RunRow ended(RunKey key, kingfisher.agents.run.RunStatus status) {
        return new RunRow(key, status, Optional.empty());
    }

    /** A run's table of evaluations at steps 512 and 1024. */
    public static CsvTable evaluations(double first, double second) {
        return new CsvTable(
                List.of("steps", "deterministic_mean", "time/seconds"),
                List.of(
                        List.of("512", Double.toString(first), "0.1"),
                        List.of("1024", Double.toString(second), "0.2")));
    }

    static void writeResult(Path runFolder, String status, double mean) {
        String json = """
                {"schemaVersion": 1, "status": "%s", "environmentSteps": 1024, "stepsPerSecond": 512,
                 "commit": "abc", "last100TrainingReturns": null,
                 "evaluation": {"deterministic": {"mean": %s, "std": 0.5}, "stochastic": {"mean": 2, "std": null}}}
                """.formatted(status, mean);
        write(runFolder.resolve("result.json"), json);
    }

    static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static void writeCheckpoint(Path runFolder) {
        RunFolder.ofExistingRun(runFolder).lastCheckpoint().write(new Checkpoint(Map.of(), Json.object()));
    }
}
