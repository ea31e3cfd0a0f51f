package kingfisher.agents.settings;

/** What keeps PPO's policy near the one that sampled. */
public enum Proximity {
    /** The clipped surrogate (Schulman et al. 2017, eq. 7). */
    CLIP,
    /** A penalty of a fixed coefficient times KL(old ‖ new). */
    KL,
    /** The same, the coefficient adapted after each update (Schulman et al. 2017, §4). */
    ADAPTIVE_KL,
    /** Nothing in function space: the plain ratio times the advantage. */
    NONE
}
