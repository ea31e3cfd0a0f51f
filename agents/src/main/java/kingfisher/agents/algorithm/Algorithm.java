package kingfisher.agents.algorithm;

import java.util.Map;
import kingfisher.optim.network.ParameterVector;

/** Improves an actor-critic with one rollout after the other, which the same object is filled with each time. */
public interface Algorithm extends AutoCloseable {

    /**
     * Computes advantages and returns of the rollout as it is now, and changes the networks.
     *
     * @param progress fraction of the run that was done before this rollout, in [0, 1)
     * @return what there is to report, by metric name, in a fixed order
     * @throws kingfisher.agents.rollout.NonFiniteException if a gradient or parameter is not a number
     */
    Map<String, Double> update(double progress);

    /** The vectors that the algorithm remembers between updates, by name, to save and restore in place. */
    Map<String, ParameterVector> vectors();

    /** The numbers that the algorithm remembers between updates, by name. */
    Map<String, Double> counters();

    /** Sets the numbers to what {@link #counters} once gave. */
    void restoreCounters(Map<String, Double> counters);

    /**
     * Copies of further numbers that the algorithm remembers between updates, by name.
     *
     * @throws kingfisher.agents.rollout.NonFiniteException if what runs beside the updates has failed
     */
    default Map<String, double[]> arrays() {
        return Map.of();
    }

    /**
     * Sets the numbers to what {@link #arrays} once gave.
     *
     * @throws IllegalArgumentException if some are missing or do not fit; the message names them
     */
    default void restoreArrays(Map<String, double[]> arrays) {}

    /** Stops what runs beside the updates. */
    @Override
    default void close() {}
}
