package kingfisher.agents.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * What this program was built from, as the build left it on the class path.
 *
 * @param commit the commit in Git, or "unknown"
 * @param dirty "true" if files differed from the commit, "false" if not, or "unknown"
 * @param versions the version of each main library that is on the class path
 */
public record BuildInformation(String commit, String dirty, Map<String, String> versions) {
    private static final String BUILD = "/kingfisher/agents/build.properties";
    private static final String UNKNOWN = "unknown";

    /** The libraries on which results may depend, as group and artifact. */
    private static final List<String> LIBRARIES = List.of(
            "kingfisher/kingfisher-agents",
            "org.nd4j/nd4j-native",
            "org.bytedeco/openblas",
            "dev.ludovic.netlib/blas",
            "org.apache.commons/commons-rng-simple",
            "com.google.protobuf/protobuf-java",
            "com.fasterxml.jackson.core/jackson-databind",
            "info.picocli/picocli",
            "org.knowm.xchart/xchart");

    /** Keeps a copy of the map, in its order. */
    public BuildInformation {
        versions = Collections.unmodifiableMap(new LinkedHashMap<>(versions));
    }

    /** Reads what is on the class path. */
    public static BuildInformation load() {
        Map<String, String> versions = new LinkedHashMap<>();
        for (String library : LIBRARIES) {
            String version =
                    properties("/META-INF/maven/" + library + "/pom.properties").getProperty("version", "");
            if (!version.isEmpty()) {
                versions.put(library.substring(library.indexOf('/') + 1), version);
            }
        }
        return of(properties(BUILD), versions);
    }

    static BuildInformation of(Properties build, Map<String, String> versions) {
        return new BuildInformation(
                build.getProperty("git.commit.id.full", UNKNOWN), build.getProperty("git.dirty", UNKNOWN), versions);
    }

    private static Properties properties(String resource) {
        Properties properties = new Properties();
        try (InputStream in = BuildInformation.class.getResourceAsStream(resource)) {
            if (in != null) {
                properties.load(in);
            }
            return properties;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
