package kingfisher.agents.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.PackageVersion;
import com.google.protobuf.RuntimeVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProvenanceTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-23T04:05:06.789Z"), ZoneOffset.UTC);

    @TempDir
    Path folder;

    @Test
    void theFileSaysWhatRanOnWhat() throws IOException {
        Path file = folder.resolve("provenance.json");
        Provenance.collect("train ppo --seed 9", 9, CLOCK).write(file);

        JsonNode json = Json.parse(Files.readString(file));
        assertThat(json.path("command").asText()).isEqualTo("train ppo --seed 9");
        assertThat(json.path("seed").asLong()).isEqualTo(9);
        assertThat(json.path("time").asText()).isEqualTo("2026-11-23T04:05:06Z");
        assertThat(json.at("/java/version").asText()).isEqualTo(System.getProperty("java.version"));
        assertThat(json.at("/system/architecture").asText()).isEqualTo(System.getProperty("os.arch"));
        assertThat(json.at("/processor/cores").asInt())
                .isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(json.at("/processor/name").asText()).isNotBlank();
        assertThat(json.at("/git/commit").asText()).isNotBlank();
        assertThat(json.at("/versions/jackson").asText()).isEqualTo(PackageVersion.VERSION.toString());
        assertThat(json.at("/versions/protobuf").asText()).isEqualTo(runtimeVersionOfProtobuf());
        assertThat(json.at("/versions/java").asText()).isEqualTo(System.getProperty("java.version"));
    }

    @Test
    void theVersionsOfServersAreAddedToItsOwn() {
        Provenance provenance = Provenance.collect("train", 1, CLOCK);
        Provenance more = provenance.with(Map.of("gymnasium", "1.3.0", "java", "another"));

        assertThat(more.versions().path("gymnasium").asText()).isEqualTo("1.3.0");
        assertThat(more.versions().path("java").asText()).isEqualTo(System.getProperty("java.version"));
        assertThat(more.versions()).hasSize(provenance.versions().size() + 1);
        assertThat(provenance.with(Map.of())).isEqualTo(provenance);
    }

    private static String runtimeVersionOfProtobuf() {
        return RuntimeVersion.OSS_MAJOR + "." + RuntimeVersion.OSS_MINOR + "." + RuntimeVersion.OSS_PATCH;
    }

    @Test
    void theCommitIsTheBuildsOrUnknown() {
        Properties build = new Properties();
        assertThat(BuildInformation.of(build, Map.of()))
                .isEqualTo(new BuildInformation("unknown", "unknown", Map.of()));

        build.setProperty("git.commit.id.full", "0123abc");
        build.setProperty("git.dirty", "true");
        assertThat(BuildInformation.of(build, Map.of())).isEqualTo(new BuildInformation("0123abc", "true", Map.of()));
    }
}
