package kingfisher.agents.settings;

/** How weights and biases start. */
public enum Initialization {
    /** Orthogonal weights (Saxe et al. 2014), zero biases. */
    ORTHOGONAL,
    /** Weights and biases evenly from ±1/√inputs, as PyTorch's linear layers start. */
    UNIFORM
}
