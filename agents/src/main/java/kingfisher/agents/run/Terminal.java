package kingfisher.agents.run;

import java.io.Console;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where progress is shown: what the standard error goes to.
 *
 * @param live whether a line can be drawn over
 * @param columns the width of a line in characters
 */
public record Terminal(boolean live, int columns) {
    private static final int USUAL_COLUMNS = 80;
    private static final int PATIENCE_SECONDS = 1;
    private static final String QUESTION = "test -t 2 && stty size <&2 2>/dev/null";

    /** Returns what the process runs in. */
    public static Terminal detect() {
        int usual = columns(System.getenv("COLUMNS"));
        Optional<String> answer = ask();
        if (answer.isPresent()) {
            return of(answer.get(), System.getenv("TERM"), usual);
        }
        return new Terminal(isTerminal(System.console()), usual);
    }

    /**
     * Returns what an answer of {@code stty size} tells: the lines and columns of a terminal, or nothing if there is none.
     *
     * @param type the terminal's type, as the variable {@code TERM} has it
     * @param usual the width of one that does not know its own
     */
    static Terminal of(String answer, @Nullable String type, int usual) {
        String[] size = answer.strip().split(" ", -1);
        boolean live = size.length == 2 && !"dumb".equals(type);
        int columns = columns(size[size.length - 1]);
        return new Terminal(live, size.length == 2 && !size[1].equals("0") ? columns : usual);
    }

    /** Asks the system's own tools, since Java knows no sizes and only whether input and output both are terminals. */
    private static Optional<String> ask() {
        try {
            Process shell = new ProcessBuilder("sh", "-c", QUESTION)
                    .redirectError(Redirect.INHERIT)
                    .start();
            shell.getOutputStream().close();
            if (!shell.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                shell.destroyForcibly();
                return Optional.empty();
            }
            return Optional.of(new String(shell.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
        } catch (IOException noShell) {
            return Optional.empty();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    static int columns(@Nullable String variable) {
        try {
            int columns = Integer.parseInt(variable == null ? "" : variable.strip());
            return columns > 0 ? columns : USUAL_COLUMNS;
        } catch (NumberFormatException absent) {
            return USUAL_COLUMNS;
        }
    }

    private static boolean isTerminal(@Nullable Console console) {
        if (console == null) {
            return false;
        }
        try {
            // from Java 22 on there is a console without a terminal too, and this method that tells them apart
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException olderJava) {
            return true;
        } catch (IllegalAccessException | InvocationTargetException unclear) {
            return false;
        }
    }
}
