package kingfisher.agents.settings;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.NearestNames;

/** The settings with which an algorithm is known to learn an environment, one readable file for each pair. */
public final class Presets {
    private static final String FOLDER = "/kingfisher/agents/presets/";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");

    private Presets() {}

    /** Returns the names of the algorithm's presets, in order: of environments, and of what is for any environment. */
    public static List<String> names(String algorithm) {
        URL folder = Presets.class.getResource(FOLDER + algorithm);
        if (folder == null || !NAME.matcher(algorithm).matches()) {
            return List.of();
        }
        try {
            URI place = folder.toURI();
            if (!place.getScheme().equals("jar")) {
                return names(Path.of(place));
            }
            try (FileSystem jar = FileSystems.newFileSystem(place, Map.of())) {
                return names(jar.getPath(FOLDER + algorithm));
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString().replaceFirst("\\.yaml$", ""))
                    .sorted()
                    .toList();
        }
    }

    /**
     * Returns the algorithm's preset of a name.
     *
     * @throws InvalidInputException if there is none
     */
    public static ConfigFile named(String algorithm, String name) {
        List<String> names = names(algorithm);
        if (!names.contains(name)) {
            throw new InvalidInputException("unknown preset: " + Quoted.of(name) + NearestNames.hint(name, names));
        }
        return find(algorithm, name).orElseThrow();
    }

    /**
     * Returns the preset of the algorithm for the environment, if there is one.
     *
     * <p>An environment that is reached through a bridge ({@code gym:Pendulum-v1}, {@code grpc://host:port/Pendulum-v1})
     * has the preset of its own name, what follows the last colon or slash.
     */
    public static Optional<ConfigFile> find(String algorithm, String environmentId) {
        String name =
                environmentId.substring(1 + Math.max(environmentId.lastIndexOf(':'), environmentId.lastIndexOf('/')));
        if (!NAME.matcher(name).matches() || !NAME.matcher(algorithm).matches()) {
            return Optional.empty();
        }
        try (InputStream file = Presets.class.getResourceAsStream(FOLDER + algorithm + "/" + name + ".yaml")) {
            if (file == null) {
                return Optional.empty();
            }
            String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
            return Optional.of(ConfigFile.parse("preset " + algorithm + "/" + name, text));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
