package kingfisher.agents.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run gave, as {@code result.json} has it.
 *
 * @param last100TrainingReturns the mean of the last hundred training episodes' returns, NaN if none ended
 * @param evaluation the evaluation of the last policy, if the run came to it
 * @param failure why the run could not go on, if it could not
 */
public record RunResult(
        RunStatus status,
        RunIdentity identity,
        RunTiming timing,
        Provenance provenance,
        double last100TrainingReturns,
        Optional<EvaluationResult> evaluation,
        Optional<String> failure) {

    /**
     * Writes the file {@code result.json}; a number that is not finite is null in it.
     *
     * @throws java.io.UncheckedIOException if that fails; the file is then as it was
     */
    public void write(Path file) {
        AtomicFile.write(file, Json.pretty(toJson()));
    }

    ObjectNode toJson() {
        ObjectNode json = Json.object()
                .put("schemaVersion", 1)
                .put("status", status.text())
                .put("algorithm", identity.algorithm())
                .put("environment", identity.environment())
                .put("seed", identity.seed())
                .put("environmentSteps", timing.environmentSteps());
        Json.putNumber(json, "wallSeconds", timing.wallSeconds());
        Json.putNumber(json, "stepsPerSecond", timing.stepsPerSecond());
        json.put("threads", identity.threads())
                .put("backend", identity.backend())
                .put("commit", provenance.build().commit());
        json.set("versions", provenance.versions());
        json.put("command", provenance.command());
        Json.putNumber(json, "last100TrainingReturns", last100TrainingReturns);
        json.set("timeSplit", timing.split().toJson());
        json.set("evaluation", evaluation.map(EvaluationResult::toJson).orElse(null));
        failure.ifPresent(reason -> json.put("failure", reason));
        return json;
    }
}
