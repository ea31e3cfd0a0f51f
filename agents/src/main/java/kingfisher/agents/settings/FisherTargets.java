package kingfisher.agents.settings;

/** With which actions the gradients are taken whose second moments make up a Fisher matrix. */
public enum FisherTargets {
    /** Actions that are drawn anew from the policy: an unbiased estimate of the Fisher matrix. */
    SAMPLED,
    /** The actions that were taken: the empirical Fisher matrix, as in OpenAI's baselines. */
    TAKEN_ACTIONS
}
