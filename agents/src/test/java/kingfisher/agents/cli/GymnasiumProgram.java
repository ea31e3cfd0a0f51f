package kingfisher.agents.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The program in a process of its own, with the Python that the build made for tests and the module
 * {@code faulty_environments} within its reach.
 *
 * @param process what runs
 * @param folder where its output goes
 */
record GymnasiumProgram(Process process, Path folder) {

    private static final String PACKAGE = "kingfisher_gymnasium";

    /** The interpreter that has the server package. */
    static String python() {
        return Objects.requireNonNull(
                System.getProperty("kingfisher.test.python"), "the build names the interpreter for tests");
    }

    static GymnasiumProgram start(Path folder, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
        command.add(Main.class.getName());
        command.addAll(arguments);
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(Files.createDirectories(folder).toFile())
                    .redirectOutput(folder.resolve("out").toFile())
                    .redirectError(folder.resolve("err").toFile());
            builder.environment().put("KINGFISHER_PYTHON", python());
            builder.environment()
                    .put(
                            "PYTHONPATH",
                            Path.of("src", "test", "python").toAbsolutePath().toString());
            return new GymnasiumProgram(builder.start(), folder);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Waits for the end; returns the exit code. */
    int await() throws InterruptedException {
        return process.waitFor();
    }

    /** The servers that the program has started. */
    List<ProcessHandle> servers() {
        return process.descendants()
                .filter(child -> Stream.of(child.info().arguments().orElse(new String[0]))
                        .anyMatch(PACKAGE::equals))
                .toList();
    }

    /** What was written to stderr, without what servers say. */
    String errors() {
        try (Stream<String> lines = Files.lines(folder.resolve("err"))) {
            return String.join(
                    "\n", lines.filter(line -> !line.startsWith("gymnasium: ")).toList());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** What was written to stdout. */
    String output() {
        try {
            return Files.readString(folder.resolve("out"));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
