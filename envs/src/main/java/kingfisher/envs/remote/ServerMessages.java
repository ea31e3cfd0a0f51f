package kingfisher.envs.remote;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What local servers write to stderr, passed on line by line. A line that was seen before is not passed on: several servers
 * make the same environments, and each of them warns of the same things.
 */
final class ServerMessages {

    private static final String PREFIX = "gymnasium: ";
    private static final int REMEMBERED = 1_000;

    private final Consumer<String> target;
    private final Set<String> seen = new HashSet<>();

    /** Passes lines on to {@code target}, each with a prefix. */
    ServerMessages(Consumer<String> target) {
        this.target = target;
    }

    private synchronized void passOn(String line) {
        if (seen.size() < REMEMBERED ? seen.add(line) : !seen.contains(line)) {
            target.accept(PREFIX + line);
        }
    }

    /** What one server wrote, of which the end is kept. */
    final class Stream implements Runnable {

        private static final int KEPT = 20;

        private final BufferedReader reader;
        private final Deque<String> last = new ArrayDeque<>();

        /** Reads from {@code reader} when run, to its end. */
        Stream(BufferedReader reader) {
            this.reader = reader;
        }

        @Override
        public void run() {
            try (reader) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    if (!line.isBlank()) {
                        keep(line.strip());
                        passOn(line.stripTrailing());
                    }
                }
            } catch (IOException closed) {
                // the server is gone, and with it its messages
            }
        }

        private synchronized void keep(String line) {
            if (last.size() == KEPT) {
                last.removeFirst();
            }
            last.addLast(line);
        }

        /** The last line so far. */
        synchronized Optional<String> lastLine() {
            return Optional.ofNullable(last.peekLast());
        }
    }
}
