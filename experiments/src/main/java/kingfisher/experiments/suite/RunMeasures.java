package kingfisher.experiments.suite;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import kingfisher.agents.run.Json;
import kingfisher.agents.run.ReturnSummary;

/**
 * What a completed run reached.
 *
 * @param steps environment steps
 * @param seconds of the training loop, over all sessions of a run that was interrupted; without evaluations and start
 * @param last100TrainingReturns the mean of the last hundred training episodes, NaN if none ended
 * @param deterministic the last policy, with the most probable actions
 * @param stochastic the last policy, with actions drawn from it
 * @param commit of the program that trained
 */
public record RunMeasures(
        long steps,
        double seconds,
        double last100TrainingReturns,
        ReturnSummary deterministic,
        ReturnSummary stochastic,
        String commit) {
    private static final double MILLISECONDS = 1000;

    /** Reads a run's {@code result.json}; nothing if it is not there, broken, or not that of a completed run. */
    public static Optional<RunMeasures> read(Path file) {
        try {
            JsonNode json = Json.parse(Files.readString(file));
            JsonNode evaluation = json.path("evaluation");
            if (!json.path("status").asText().equals("completed") || !evaluation.isObject()) {
                return Optional.empty();
            }
            long steps = json.path("environmentSteps").asLong();
            double seconds = steps / json.path("stepsPerSecond").asDouble(Double.NaN);
            return Optional.of(new RunMeasures(
                    steps,
                    Math.rint(seconds * MILLISECONDS) / MILLISECONDS,
                    json.path("last100TrainingReturns").asDouble(Double.NaN),
                    summary(evaluation.path("deterministic")),
                    summary(evaluation.path("stochastic")),
                    json.path("commit").asText()));
        } catch (IOException absentOrBroken) {
            return Optional.empty();
        }
    }

    private static ReturnSummary summary(JsonNode json) {
        return new ReturnSummary(
                json.path("mean").asDouble(Double.NaN), json.path("std").asDouble(Double.NaN));
    }
}
