package kingfisher.agents.run;

import java.io.Console;
import java.lang.reflect.InvocationTargetException;
import org.jspecify.annotations.Nullable;

/**
 * Where progress is shown.
 *
 * @param live whether a line can be drawn over
 * @param columns the width of a line in characters
 */
public record Terminal(boolean live, int columns) {
    private static final int USUAL_COLUMNS = 80;

    /** Returns what the process runs in. */
    public static Terminal detect() {
        return new Terminal(isTerminal(System.console()), columns(System.getenv("COLUMNS")));
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
