package kingfisher.agents.settings;

/** Which of the two Kullback-Leibler divergences bounds an update; they agree to second order. */
public enum DivergenceDirection {
    /** KL(π_old ‖ π_new), that of Schulman et al. 2015. */
    OLD_NEW,
    /** KL(π_new ‖ π_old), that of sb3-contrib. */
    NEW_OLD
}
