package kingfisher.agents.cli;

import java.io.UncheckedIOException;
import java.util.Locale;
import kingfisher.agents.rollout.NonFiniteException;
import kingfisher.envs.EnvironmentFailureException;
import kingfisher.envs.InvalidInputException;
import kingfisher.optim.backend.cuda.CudaException;

/** What went wrong, in one line. */
final class Failures {

    private Failures() {}

    /**
     * Returns the message of a failure that was foreseen; for any other what it is, what it says and where it arose, since
     * the code at fault may be the user's own environment.
     */
    static String describe(Throwable failure) {
        String message = failure.getMessage();
        if (message != null && isForeseen(failure)) {
            return oneLine(message);
        }
        if (failure instanceof OutOfMemoryError) {
            return "the memory that Java may use is not enough: " + memory() + " (java -Xmx raises it)";
        }
        StackTraceElement[] places = failure.getStackTrace();
        return oneLine(failure + (places.length == 0 ? "" : " at " + places[0]));
    }

    private static boolean isForeseen(Throwable failure) {
        StackTraceElement[] places = failure.getStackTrace();
        boolean ownArithmetic = failure instanceof ArithmeticException
                && places.length > 0
                && places[0].getClassName().startsWith("kingfisher.optim."); // a distribution that is none any more
        return ownArithmetic
                || failure instanceof InvalidInputException
                || failure instanceof EnvironmentFailureException
                || failure instanceof NonFiniteException
                || failure instanceof CudaException
                || failure instanceof UncheckedIOException;
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
