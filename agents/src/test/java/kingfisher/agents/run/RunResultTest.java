package kingfisher.agents.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunResultTest {
    @TempDir
    Path folder;

    private static RunResult result(
            RunStatus status, double last100, Optional<EvaluationResult> evaluation, Optional<String> failure) {
        BuildInformation build = new BuildInformation("abc", "false", Map.of("jackson-databind", "2.22.4"));
        return new RunResult(
                status,
                new RunIdentity("ppo", "CartPole-v1", 1, 2, "cpu"),
                new RunTiming(100_000, 3.2, 31250, new TimeSplit(0.2, 0.2, 0.5, 0.1)),
                new Provenance("train ppo", 1, Instant.EPOCH, build),
                last100,
                evaluation,
                failure);
    }

    @Test
    void theFileHasTheFieldsAndTheOrderOfTheContract() {
        EvaluationResult evaluation = new EvaluationResult(
                "last",
                10001,
                List.of(500.0, 499.0),
                ReturnSummary.of(List.of(500.0, 499.0)),
                new ReturnSummary(498.2, 9.1));
        Path file = folder.resolve("result.json");

        result(RunStatus.COMPLETED, 492.1, Optional.of(evaluation), Optional.empty())
                .write(file);

        assertThat(file).hasContent("""
                        {
                          "schemaVersion" : 1,
                          "status" : "completed",
                          "algorithm" : "ppo",
                          "environment" : "CartPole-v1",
                          "seed" : 1,
                          "environmentSteps" : 100000,
                          "wallSeconds" : 3.2,
                          "stepsPerSecond" : 31250.0,
                          "threads" : 2,
                          "backend" : "cpu",
                          "commit" : "abc",
                          "versions" : {
                            "jackson-databind" : "2.22.4"
                          },
                          "command" : "train ppo",
                          "last100TrainingReturns" : 492.1,
                          "timeSplit" : {
                            "environment" : 0.2,
                            "inference" : 0.2,
                            "update" : 0.5,
                            "other" : 0.1
                          },
                          "evaluation" : {
                            "policy" : "last",
                            "seed" : 10001,
                            "episodes" : 2,
                            "meanReturn" : 499.5,
                            "stdReturn" : 0.5,
                            "returns" : [ 500.0, 499.0 ],
                            "deterministic" : {
                              "mean" : 499.5,
                              "std" : 0.5
                            },
                            "stochastic" : {
                              "mean" : 498.2,
                              "std" : 9.1
                            }
                          }
                        }
                        """);
    }

    @Test
    void whatARunDidNotReachIsNull() {
        String json =
                Json.compact(result(RunStatus.FAILED, Double.NaN, Optional.empty(), Optional.of("value loss is NaN"))
                        .toJson());

        assertThat(json)
                .contains("\"status\":\"failed\"", "\"last100TrainingReturns\":null", "\"evaluation\":null")
                .endsWith("\"failure\":\"value loss is NaN\"}");
    }

    @Test
    void returnsThatAreNotFiniteAreNull() {
        EvaluationResult evaluation = new EvaluationResult(
                "best", 1, List.of(1.0, Double.NEGATIVE_INFINITY), ReturnSummary.NONE, ReturnSummary.NONE);
        Path file = folder.resolve("evaluation.json");

        evaluation.write(file);

        assertThat(file).content().contains("\"meanReturn\" : null", "\"returns\" : [ 1.0, null ]");
    }

    @Test
    void howARunEndedCanBeReadAgain() throws IOException {
        Path file = folder.resolve("result.json");
        assertThat(RunStatus.read(file)).isEmpty();
        for (RunStatus status : RunStatus.values()) {
            result(status, 1, Optional.empty(), Optional.empty()).write(file);
            assertThat(RunStatus.read(file)).contains(status);
        }
        Files.writeString(file, "{\"status\":");
        assertThat(RunStatus.read(file)).isEmpty();
        Files.writeString(file, "{\"status\":\"lost\"}");
        assertThat(RunStatus.read(file)).isEmpty();
    }

    @Test
    void aFileThatCannotBeWrittenIsNamedWithTheReason() {
        Path file = folder.resolve("absent").resolve("result.json");

        assertThatThrownBy(() -> result(RunStatus.COMPLETED, 1, Optional.empty(), Optional.empty())
                        .write(file))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith("cannot write " + file + ": there is no ");
    }
}
