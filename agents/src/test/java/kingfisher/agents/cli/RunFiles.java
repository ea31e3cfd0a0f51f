package kingfisher.agents.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kingfisher.agents.run.Json;

/** What two runs of one seed have in common: everything but what a clock decides. */
record RunFiles(Path folder) {

    JsonNode result() {
        return json("result.json");
    }

    String status() {
        return result().path("status").asText();
    }

    /** Rows of the metrics that are there so far. */
    int rows() {
        Path metrics = folder.resolve("metrics.csv");
        return Files.exists(metrics) ? Math.max(0, lines(metrics).size() - 1) : 0;
    }

    void assertSameAs(RunFiles other, String how) {
        assertThat(withoutTime("metrics.csv")).as(how).isEqualTo(other.withoutTime("metrics.csv"));
        assertThat(withoutTime("evaluations.csv")).as(how).isEqualTo(other.withoutTime("evaluations.csv"));
        assertThat(result().path("evaluation")).as(how).isEqualTo(other.result().path("evaluation"));
        assertThat(status()).as(how).isEqualTo(other.status());
        for (String which : List.of("last", "best")) {
            assertThat(checkpoint(which)).as(how + ", " + which).isEqualTo(other.checkpoint(which));
        }
    }

    /** Asserts that metrics and evaluation are the same, though the environments may come from elsewhere. */
    void assertSameNumbersAs(RunFiles other) {
        assertThat(withoutTime("metrics.csv")).isEqualTo(other.withoutTime("metrics.csv"));
        assertThat(result().path("evaluation")).isEqualTo(other.result().path("evaluation"));
    }

    private List<String> withoutTime(String file) {
        List<String> lines = lines(folder.resolve(file));
        String[] columns = lines.get(0).split(",", -1);
        return lines.stream()
                .map(line -> {
                    String[] cells = line.split(",", -1);
                    return IntStream.range(0, columns.length)
                            .filter(i -> !columns[i].startsWith("time/"))
                            .mapToObj(i -> cells[i])
                            .collect(Collectors.joining(","));
                })
                .toList();
    }

    /** The checkpoint's state and its tensors' checksum. */
    private List<Object> checkpoint(String which) {
        JsonNode manifest = json("checkpoints/" + which + "/manifest.json");
        ObjectNode state = manifest.path("state").deepCopy();
        state.remove("time");
        return List.of(state, manifest.path("tensors").path("sha256"));
    }

    private JsonNode json(String file) {
        try {
            return Json.parse(Files.readString(folder.resolve(file)));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
