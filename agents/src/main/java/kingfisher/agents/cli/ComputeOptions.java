package kingfisher.agents.cli;

import java.util.Optional;
import kingfisher.envs.InvalidInputException;
import picocli.CommandLine.Option;

/** The options that say on how many threads a run computes, and whether it shows progress. */
final class ComputeOptions {

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads to compute on (default: one a core). Results do not depend on it.")
    private Optional<Integer> threads = Optional.empty();

    @Option(names = "--quiet", description = "Show no progress.")
    private boolean quiet;

    /**
     * Returns the number of threads.
     *
     * @throws InvalidInputException if less than one is asked for
     */
    int threads() {
        int count = threads.orElse(Runtime.getRuntime().availableProcessors());
        if (count < 1) {
            throw new InvalidInputException("--threads must be at least 1: " + count);
        }
        return count;
    }

    boolean quiet() {
        return quiet;
    }
}
