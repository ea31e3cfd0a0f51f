package kingfisher.experiments.suite;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * One algorithm that is to learn one environment, from several seeds.
 *
 * @param options what {@code agents.jar train} is given beside algorithm, environment and seed; without any the preset and
 *     its steps hold
 * @param peer another library's scores, which the mean over the seeds must not fall short of
 */
public record Task(
        String algorithm,
        String environment,
        List<Long> seeds,
        List<String> options,
        Goal goal,
        Optional<PeerScores> peer) {

    /** Keeps copies of the lists. */
    public Task {
        seeds = List.copyOf(seeds);
        options = List.copyOf(options);
    }

    /** A task without a peer. */
    public Task(String algorithm, String environment, List<Long> seeds, List<String> options, Goal goal) {
        this(algorithm, environment, seeds, options, goal, Optional.empty());
    }

    /** Returns whether the returns of all seeds reach the goal and do not fall short of the peer. */
    public boolean isReached(Collection<Double> returns) {
        Statistics score = Statistics.of(returns);
        return goal.isReached(returns)
                && peer.map(scores -> score.mean() >= scores.required(score)).orElse(true);
    }

    /** Returns the runs, one a seed. */
    public List<RunKey> runs() {
        return seeds.stream()
                .map(seed -> new RunKey(algorithm, environment, seed))
                .toList();
    }
}
