package kingfisher.envs.remote;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Map;
import java.util.Optional;

/**
 * The Python that has the server package.
 *
 * @param command what is run
 * @param source who said so, for messages
 */
record PythonInterpreter(String command, String source) {

    private static final String VARIABLE = "KINGFISHER_PYTHON";

    /** The interpreter of the options, else of {@code KINGFISHER_PYTHON}, else {@code python3} on the path. */
    static PythonInterpreter find(ConnectionOptions options, Map<String, String> environment) {
        Optional<PythonInterpreter> given = options.python().map(path -> new PythonInterpreter(path, "--python"));
        String variable = environment.getOrDefault(VARIABLE, "");
        return given.orElseGet(() -> variable.isBlank()
                ? new PythonInterpreter("python3", "the path; --python and " + VARIABLE + " say another")
                : new PythonInterpreter(variable, VARIABLE));
    }

    /** The command that installs the server package for this interpreter. */
    String installation() {
        return command + " -m pip install \"" + sources() + "[mujoco]\"";
    }

    /** The package's folder in the checkout that this program was built in, else its place in any checkout. */
    private static String sources() {
        Path inCheckout = Path.of("envs", "gymnasium");
        CodeSource code = PythonInterpreter.class.getProtectionDomain().getCodeSource();
        if (code == null || code.getLocation() == null) {
            return inCheckout.toString();
        }
        try {
            for (Path folder = Path.of(code.getLocation().toURI()); folder != null; folder = folder.getParent()) {
                Path found = folder.resolve(inCheckout);
                if (Files.exists(found.resolve("pyproject.toml"))) {
                    return found.toString();
                }
            }
        } catch (URISyntaxException | IllegalArgumentException unusual) {
            return inCheckout.toString();
        }
        return inCheckout.toString();
    }

    @Override
    public String toString() {
        return command + " (from " + source + ")";
    }
}
