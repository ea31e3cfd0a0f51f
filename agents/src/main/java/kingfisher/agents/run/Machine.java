package kingfisher.agents.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** What the system tells of the machine, without asking a network. */
final class Machine {
    private static final Path KERNEL_HOST_NAME = Path.of("/proc/sys/kernel/hostname");
    private static final Path CPU_INFORMATION = Path.of("/proc/cpuinfo");
    private static final String UNKNOWN = "unknown";

    private Machine() {}

    /** Returns the machine's name, made fit for a file name. */
    static String hostName() {
        // the address service would do, but waits for a name server that does not answer
        Map<String, String> environment = System.getenv();
        String name = environment.getOrDefault("HOSTNAME", environment.getOrDefault("COMPUTERNAME", ""));
        if (name.isBlank()) {
            name = firstLine(KERNEL_HOST_NAME, "");
        }
        String safe = name.strip().replaceAll("[^A-Za-z0-9_-]", "-");
        return safe.isEmpty() ? "localhost" : safe;
    }

    /** Returns the processor's name. */
    static String processor() {
        String line = firstLine(CPU_INFORMATION, "model name");
        String name = line.substring(line.indexOf(':') + 1).strip();
        return name.isEmpty() ? Objects.requireNonNullElse(System.getenv("PROCESSOR_IDENTIFIER"), UNKNOWN) : name;
    }

    private static String firstLine(Path file, String prefix) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(prefix)).findFirst().orElse("");
        } catch (IOException notThisSystem) {
            return "";
        }
    }
}
