package kingfisher.agents.cli;

import java.util.Optional;
import kingfisher.envs.InvalidInputException;
import picocli.CommandLine.Option;

/** The options that say on how many threads a run computes, and whether it shows progress. */
final class ComputeOptions {

    private static final int MOST_THREADS = 1024;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads to compute on (default: one a core). Results do not depend on it.")
    private Optional<String> threads = Optional.empty();

    @Option(names = "--quiet", description = "Show no progress.")
    private boolean quiet;

    /**
     * Returns the number of threads.
     *
     * @throws InvalidInputException if it is no number of threads
     */
    int threads() {
        return threads.isPresent()
                ? (int) OptionValues.wholeNumber("--threads", threads.get(), 1, MOST_THREADS)
                : Math.min(Runtime.getRuntime().availableProcessors(), MOST_THREADS);
    }

    boolean quiet() {
        return quiet;
    }
}
