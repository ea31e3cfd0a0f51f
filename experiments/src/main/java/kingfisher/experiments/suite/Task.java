package kingfisher.experiments.suite;

import java.util.List;

/**
 * One algorithm that is to learn one environment, from several seeds.
 *
 * @param options what {@code agents.jar train} is given beside algorithm, environment and seed; without any the preset and
 *     its steps hold
 */
public record Task(String algorithm, String environment, List<Long> seeds, List<String> options, Goal goal) {

    /** Keeps copies of the lists. */
    public Task {
        seeds = List.copyOf(seeds);
        options = List.copyOf(options);
    }

    /** Returns the runs, one a seed. */
    public List<RunKey> runs() {
        return seeds.stream()
                .map(seed -> new RunKey(algorithm, environment, seed))
                .toList();
    }
}
