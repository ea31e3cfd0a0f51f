package kingfisher.experiments.bench;

import java.util.function.Consumer;

/** Something that this project and a peer both do, and that can be timed. */
public interface Benchmark {

    /**
     * Measures both sides in turn.
     *
     * @param progress takes a line at a time
     * @throws kingfisher.envs.InvalidInputException if the peer is not there; the message says how to install it
     */
    BenchmarkResult run(Consumer<String> progress);
}
