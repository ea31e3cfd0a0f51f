package kingfisher.agents.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a run's numbers come from: the command, the program, the machine.
 *
 * @param time when the run began
 */
public record Provenance(String command, long seed, Instant time, BuildInformation build) {

    /** Returns the provenance of a run that begins now. */
    public static Provenance collect(String command, long seed, Clock clock) {
        return new Provenance(command, seed, clock.instant().truncatedTo(ChronoUnit.SECONDS), BuildInformation.load());
    }

    /** Returns this provenance with more versions, such as those of servers; what it names itself stays. */
    public Provenance with(Map<String, String> moreVersions) {
        Map<String, String> all = new TreeMap<>(moreVersions);
        all.putAll(build.versions());
        return new Provenance(command, seed, time, new BuildInformation(build.commit(), build.dirty(), all));
    }

    /**
     * Writes the file {@code provenance.json}.
     *
     * @throws java.io.UncheckedIOException if that fails
     */
    public void write(Path file) {
        AtomicFile.write(file, Json.pretty(toJson()));
    }

    private ObjectNode toJson() {
        ObjectNode json = Json.object()
                .put("schemaVersion", 1)
                .put("command", command)
                .put("seed", seed)
                .put("time", time.toString());
        json.putObject("git").put("commit", build.commit()).put("dirty", build.dirty());
        json.putObject("java")
                .put("version", System.getProperty("java.version"))
                .put("vendor", System.getProperty("java.vendor"))
                .put("virtualMachine", System.getProperty("java.vm.name"));
        json.putObject("system")
                .put("name", System.getProperty("os.name"))
                .put("version", System.getProperty("os.version"))
                .put("architecture", System.getProperty("os.arch"));
        json.putObject("processor")
                .put("name", Machine.processor())
                .put("cores", Runtime.getRuntime().availableProcessors());
        json.set("versions", versions());
        return json;
    }

    ObjectNode versions() {
        ObjectNode json = Json.object();
        build.versions().forEach(json::put);
        return json;
    }
}
