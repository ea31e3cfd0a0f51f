package kingfisher.agents.settings;

/** Over what advantages are shifted to mean 0 and scaled to standard deviation 1. */
public enum AdvantageNormalization {
    /** Over all that an update sees. */
    BATCH,
    /** Over each minibatch. */
    MINIBATCH,
    /** Not at all. */
    NONE
}
