package kingfisher.agents.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * What this program was built from, as the build left it on the class path.
 *
 * @param commit the commit in Git, or "unknown"
 * @param dirty "true" if files differed from the commit, "false" if not, or "unknown"
 * @param versions the version of Java and of each library on which results may depend
 */
public record BuildInformation(String commit, String dirty, Map<String, String> versions) {
    private static final String BUILD = "/kingfisher/agents/build.properties";
    private static final String VERSIONS = "/kingfisher/agents/versions.properties";
    private static final String UNKNOWN = "unknown";

    /** Keeps a copy of the map, in its order. */
    public BuildInformation {
        versions = Collections.unmodifiableMap(new LinkedHashMap<>(versions));
    }

    /** Reads what the build left. */
    public static BuildInformation load() {
        Map<String, String> versions = new TreeMap<>();
        versions.put("java", System.getProperty("java.version"));
        Properties built = properties(VERSIONS);
        built.stringPropertyNames().forEach(library -> versions.put(library, built.getProperty(library)));
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
