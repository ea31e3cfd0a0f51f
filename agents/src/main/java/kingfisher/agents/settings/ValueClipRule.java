package kingfisher.agents.settings;

/** Which loss a value gets that moved too far from the one at sampling. */
public enum ValueClipRule {
    /** The larger of the losses with and without the clip, as in OpenAI's baselines. */
    MAXIMUM,
    /** The loss with the clip, as in Stable-Baselines3. */
    CLIPPED
}
