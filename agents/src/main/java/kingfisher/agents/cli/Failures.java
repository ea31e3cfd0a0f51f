package kingfisher.agents.cli;

import java.io.UncheckedIOException;
import java.util.Locale;
import kingfisher.agents.rollout.NonFiniteException;
import kingfisher.envs.InvalidInputException;

/** What went wrong, in one line. */
final class Failures {

    private Failures() {}

    /**
     * Returns the message of a failure that was foreseen; for any other what it is, what it says and where it arose, since
     * the code at fault may be the user's own environment.
     */
    static String describe(Throwable failure) {
        String message = failure.getMessage();
        boolean foreseen = failure instanceof InvalidInputException
                || failure instanceof NonFiniteException
                || failure instanceof UncheckedIOException;
        if (foreseen && message != null) {
            return oneLine(message);
        }
        if (failure instanceof OutOfMemoryError) {
            return "the memory that Java may use is not enough: " + memory() + " (java -Xmx raises it)";
        }
        StackTraceElement[] places = failure.getStackTrace();
        return oneLine(failure + (places.length == 0 ? "" : " at " + places[0]));
    }

    /** Returns the memory that Java may use. */
    static String memory() {
        return mebibytes((double) Runtime.getRuntime().maxMemory());
    }

    static String mebibytes(double bytes) {
        return String.format(Locale.ROOT, "%,.0f MiB", bytes / (1 << 20));
    }

    /** Returns the text without line ends. */
    static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", "; ");
    }
}
