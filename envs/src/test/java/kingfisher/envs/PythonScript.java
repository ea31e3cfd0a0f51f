package kingfisher.envs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Scripts of {@code src/test/python}, run by the interpreter that the build made for tests. */
public final class PythonScript {

    private static final long MINUTES = 5;

    private PythonScript() {}

    /**
     * What a script said.
     *
     * @param code its exit code
     * @param output what it wrote, with errors among it
     */
    public record Outcome(int code, String output) {}

    /** The interpreter that has the server package and Gymnasium. */
    public static String interpreter() {
        return Objects.requireNonNull(
                System.getProperty("kingfisher.test.python"), "the build names the interpreter for tests");
    }

    /**
     * Runs a script to its end.
     *
     * @param folder where its output is kept
     */
    public static Outcome run(Path folder, String name, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(interpreter(), Path.of("src", "test", "python", name).toString()));
        command.addAll(List.of(arguments));
        Path output = folder.resolve(name + ".out");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError(name + " has not ended: " + Files.readString(output));
        }
        return new Outcome(process.exitValue(), Files.readString(output));
    }
}
