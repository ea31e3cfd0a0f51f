package kingfisher.experiments.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import kingfisher.agents.run.Json;

/** What a benchmark measured. */
public final class BenchmarkResult {
    private final String name;
    private final String peerName;
    private final Map<String, String> versions;
    private final List<BenchmarkCase> cases;

    BenchmarkResult(String name, String peerName, Map<String, String> versions, List<BenchmarkCase> cases) {
        this.name = name;
        this.peerName = peerName;
        this.versions = Collections.unmodifiableMap(new LinkedHashMap<>(versions));
        this.cases = List.copyOf(cases);
    }

    /** Returns the result as scripts read it. */
    public ObjectNode toJson() {
        ObjectNode json = Json.object().put("name", name).put("peerName", peerName);
        ObjectNode versionsNode = json.putObject("versions");
        versions.forEach(versionsNode::put);
        ArrayNode casesNode = json.putArray("cases");
        cases.forEach(each -> casesNode.add(each.toJson()));
        return json;
    }

    /** Returns the result as people read it, in some lines. */
    public String table() {
        return cases.stream().map(each -> each.table(peerName)).collect(Collectors.joining());
    }
}
