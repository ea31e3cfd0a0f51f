package kingfisher.experiments.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import kingfisher.agents.run.BuildInformation;
import kingfisher.optim.backend.openblas.OpenBlas;

/** What a benchmark's figures were made with. */
final class Versions {

    private Versions() {}

    /** Returns our versions and number of threads, and what the peers' answers say of theirs. */
    static Map<String, String> of(int threads, JsonNode... peers) {
        Map<String, String> versions = new LinkedHashMap<>();
        BuildInformation build = BuildInformation.load();
        versions.put("kingfisher-commit", build.commit());
        versions.put("kingfisher-threads", Integer.toString(threads));
        versions.put("java", String.valueOf(System.getProperty("java.version")));
        versions.putAll(build.versions());
        // other kernels may halve the speed of every product
        versions.put("openblas-kernels", OpenBlas.kernels().orElse("none"));
        for (JsonNode peer : peers) {
            peer.path("versions")
                    .properties()
                    .forEach(entry ->
                            versions.put(entry.getKey(), entry.getValue().asText()));
        }
        return versions;
    }
}
