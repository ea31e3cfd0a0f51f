package kingfisher.experiments.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;

/** The peer kfac-jax: {@code kfac_jax_step.py} in a process of its own. */
final class KfacJax implements AutoCloseable {

    /** The peer's name in results. */
    static final String NAME = "kfac-jax";

    /** Its work is named as in the script. */
    static final String GRADIENT = "gradient";

    static final String GRADIENT_STEP = "gradient-step";
    static final String FACTORED_STEP = "kfac";
    static final String EIGEN_STEP = "kfac-eigen";
    static final String PRODUCT = "gauss-newton-kept";
    static final String TEN_ITERATIONS = "conjugate-gradients";

    private final PeerPython python;
    private final PeerProcess process;

    KfacJax(PeerPython python) {
        this.python = python;
        this.process = PeerProcess.start(python, "kfac_jax_step.py", List.of());
    }

    /**
     * Has one piece of work compiled and run.
     *
     * @return the answer, with versions and the number of threads
     * @throws kingfisher.envs.InvalidInputException if the interpreter does not run it
     */
    JsonNode warmUp(String work, int width, int batch) {
        try {
            return process.measure(request(work, width, batch, 0));
        } catch (PeerProcess.PeerFailedException failure) {
            throw python.unfit(String.valueOf(failure.getMessage()));
        }
    }

    /** Returns the mean milliseconds of one piece of work over at least the given seconds. */
    double milliseconds(String work, int width, int batch, double seconds) {
        return process.measure(request(work, width, batch, seconds))
                .required("milliseconds")
                .asDouble();
    }

    private static String request(String work, int width, int batch, double seconds) {
        return String.format(
                Locale.ROOT,
                "{\"work\": \"%s\", \"width\": %d, \"batch\": %d, \"seconds\": %.3f}",
                work,
                width,
                batch,
                seconds);
    }

    @Override
    public void close() {
        process.close();
    }
}
