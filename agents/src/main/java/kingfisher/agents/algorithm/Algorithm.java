package kingfisher.agents.algorithm;

import java.util.Map;
import kingfisher.agents.rollout.Rollout;
import kingfisher.optim.network.ParameterVector;

/** Improves an actor-critic with one rollout after the other. */
public interface Algorithm {

    /**
     * Computes advantages and returns, and changes the networks.
     *
     * @param rollout its advantages and returns are overwritten
     * @param progress fraction of the run that was done before this rollout, in [0, 1)
     * @return what there is to report, by metric name, in a fixed order
     * @throws kingfisher.agents.rollout.NonFiniteException if a loss or gradient is not a number
     */
    Map<String, Double> update(Rollout rollout, double progress);

    /** The vectors that the algorithm remembers between updates, by name, to save and restore in place. */
    Map<String, ParameterVector> vectors();

    /** The numbers that the algorithm remembers between updates, by name. */
    Map<String, Double> counters();

    /** Sets the numbers to what {@link #counters} once gave. */
    void restoreCounters(Map<String, Double> counters);
}
