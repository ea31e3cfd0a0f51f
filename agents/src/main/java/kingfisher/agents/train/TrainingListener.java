package kingfisher.agents.train;

import java.util.Map;

/** Hears of what happens in a training; everything is called on the training's thread. */
public interface TrainingListener {

    /**
     * An iteration is done.
     *
     * @param metrics by name, in a fixed order; those that a clock decides have names that begin with {@code time/}
     */
    default void iterationDone(TrainingSession session, Map<String, Double> metrics) {}

    /** The agent was evaluated. */
    default void evaluated(TrainingSession session, Evaluation evaluation) {}

    /** The state is to be kept: at the beginning, at intervals and at the end. */
    default void checkpoint(TrainingSession session) {}
}
