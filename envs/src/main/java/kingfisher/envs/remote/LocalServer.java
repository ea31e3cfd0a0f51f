package kingfisher.envs.remote;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kingfisher.envs.InvalidInputException;

/**
 * A Gymnasium server that this process started. It ends when its standard input does: with {@link #close}, and in any case
 * with this process, however that ends.
 */
final class LocalServer implements AutoCloseable {

    private static final String PACKAGE = "kingfisher_gymnasium";
    private static final String LISTENING = "listening on ";
    private static final long END_SECONDS = 4;
    private static final int SIGNAL = 128;

    private final PythonInterpreter python;
    private final Process process;
    private final Endpoint endpoint;
    private final String token;
    private final ServerMessages.Stream messages;
    private final Thread relay;
    private final CompletableFuture<Boolean> listening = new CompletableFuture<>();

    private LocalServer(
            PythonInterpreter python, Process process, Endpoint endpoint, String token, ServerMessages messages) {
        this.python = python;
        this.process = process;
        this.endpoint = endpoint;
        this.token = token;
        this.messages = messages.new Stream(process.errorReader(StandardCharsets.UTF_8));
        this.relay = daemon("kingfisher-gymnasium-messages", this.messages);
        daemon("kingfisher-gymnasium-output", this::readOutput);
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /**
     * Starts a server; it does not listen yet.
     *
     * @param socket where it will listen
     * @param token what it will ask for
     * @throws InvalidInputException if the interpreter cannot be run
     */
    static LocalServer start(ConnectionOptions options, Path socket, String token, ServerMessages messages) {
        PythonInterpreter python = PythonInterpreter.find(options, System.getenv());
        List<String> command = new ArrayList<>(
                List.of(python.command(), "-m", PACKAGE, "serve", "--managed", "--listen", "unix:" + socket));
        options.pythonImports().forEach(module -> command.addAll(List.of("--import", module)));
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> environment = builder.environment();
        environment.put("KINGFISHER_TOKEN", token);
        // the physics has the cores already
        environment.putIfAbsent("OMP_NUM_THREADS", "1");
        environment.putIfAbsent("OPENBLAS_NUM_THREADS", "1");
        try {
            return new LocalServer(python, builder.start(), new Endpoint.Unix(socket), token, messages);
        } catch (IOException failure) {
            throw new InvalidInputException("Gymnasium environments need Python 3.10 or newer; " + python
                    + " cannot be run: name an interpreter with --python or KINGFISHER_PYTHON, and install the server there: "
                    + python.installation());
        }
    }

    private void readOutput() {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.startsWith(LISTENING)) {
                    listening.complete(true);
                }
            }
        } catch (IOException closed) {
            // as at its end
        }
        listening.complete(false);
    }

    /**
     * Waits until the server listens.
     *
     * @throws InvalidInputException if it ends instead, or does not listen in time
     */
    void awaitListening(Duration patience) {
        try {
            if (listening.get(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
            throw new InvalidInputException(whyNotStarted());
        } catch (TimeoutException late) {
            throw new InvalidInputException("the Gymnasium server of " + python + " does not listen after "
                    + patience.toSeconds() + " s" + lastMessage());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InvalidInputException("interrupted while the Gymnasium server of " + python + " started");
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private String whyNotStarted() {
        awaitEnd(END_SECONDS);
        String last = messages.lastLine().orElse("");
        if (last.endsWith("No module named " + PACKAGE)) {
            return "the Python package of the Gymnasium server is missing in " + python + "; install it with: "
                    + python.installation();
        }
        return "the Gymnasium server of " + python + " did not start" + lastMessage();
    }

    private String lastMessage() {
        return messages.lastLine().map(line -> ": " + line).orElse("");
    }

    private void awaitEnd(long seconds) {
        try {
            if (process.waitFor(seconds, TimeUnit.SECONDS)) {
                relay.join(TimeUnit.SECONDS.toMillis(1)); // its last words are still on their way
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Where it listens. */
    Endpoint endpoint() {
        return endpoint;
    }

    /** What it asks for. */
    String token() {
        return token;
    }

    /** How the server ended, with its last message; empty while it runs. Waits a moment for one that is just ending. */
    Optional<String> end() {
        awaitEnd(1);
        if (process.isAlive()) {
            return Optional.empty();
        }
        int code = process.exitValue();
        String how = code > SIGNAL
                ? "the Gymnasium server was killed by signal " + (code - SIGNAL)
                : "the Gymnasium server ended with exit code " + code + lastMessage();
        return Optional.of(how);
    }

    /** Tells the server to end, without waiting for it. */
    void requestEnd() {
        try {
            process.getOutputStream().close();
        } catch (IOException gone) {
            // nobody is there to be told
        }
    }

    /** Ends the server: it has some seconds to close its environments. */
    @Override
    public void close() {
        requestEnd();
        awaitEnd(END_SECONDS);
        process.destroyForcibly();
    }
}
