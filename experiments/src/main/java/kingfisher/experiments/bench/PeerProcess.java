package kingfisher.experiments.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import kingfisher.agents.run.Json;

/**
 * A peer's script that stays and makes one measurement for each line that it is sent (experiments/peers/README.md). The
 * scripts come with the program and are unpacked to a temporary folder.
 */
final class PeerProcess implements AutoCloseable {
    /** What the scripts import, beside what is installed. */
    private static final List<String> SHARED = List.of("one_thread.py", "timed_requests.py");

    private final Path folder;
    private final Path messages;
    private final Process process;
    private final BufferedReader answers;

    private PeerProcess(Path folder, Path messages, Process process) {
        this.folder = folder;
        this.messages = messages;
        this.process = process;
        this.answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Starts a script. */
    static PeerProcess start(PeerPython python, String script, List<String> options) {
        try {
            Path folder = Files.createTempDirectory("kingfisher-peer");
            for (String file : Stream.concat(Stream.of(script), SHARED.stream()).toList()) {
                unpack(file, folder);
            }
            Path messages = folder.resolve("messages.txt");
            List<String> command = new ArrayList<>();
            command.add(python.executable().toString());
            command.add(folder.resolve(script).toString());
            command.addAll(options);
            command.add("--repeat-on-stdin");
            Process process =
                    new ProcessBuilder(command).redirectError(messages.toFile()).start();
            return new PeerProcess(folder, messages, process);
        } catch (IOException failure) {
            throw python.unfit(String.valueOf(failure.getMessage()));
        }
    }

    private static void unpack(String file, Path folder) throws IOException {
        try (InputStream in = PeerProcess.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("the program was built without " + file);
            }
            Files.copy(in, folder.resolve(file));
        }
    }

    /**
     * Asks for a measurement and waits for it.
     *
     * @param request an object, or empty for the script's own numbers
     * @throws PeerFailedException if the script ends instead
     */
    JsonNode measure(String request) {
        try {
            process.getOutputStream().write((request + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
            String answer = answers.readLine();
            if (answer == null) {
                throw new PeerFailedException(lastMessage());
            }
            return Json.parse(answer);
        } catch (JsonProcessingException broken) {
            throw new PeerFailedException("it answered with something that is not JSON");
        } catch (IOException ended) {
            throw new PeerFailedException(lastMessage());
        }
    }

    private String lastMessage() {
        try {
            process.waitFor();
            List<String> lines = Files.readAllLines(messages);
            return lines.isEmpty() ? "exit code " + process.exitValue() : lines.get(lines.size() - 1);
        } catch (IOException unreadable) {
            return unreadable.toString();
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    /** Ends the script, and takes its folder away. */
    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor();
            deleteFolder();
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
    }

    private void deleteFolder() {
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path path : walk.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot delete " + folder, failure);
        }
    }

    /** The script ended, or answered with something else than a measurement. */
    static final class PeerFailedException extends RuntimeException {
        PeerFailedException(String reason) {
            super("the peer failed: " + reason);
        }
    }
}
