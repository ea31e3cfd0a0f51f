package kingfisher.agents.settings;

/** How ACKTR's policy step is kept in its trust region. */
public enum TrustRegionRule {
    /** The whole step, momentum included, is shortened by its predicted divergence ½ΔᵀFΔ, with exact products. */
    EXACT,
    /** The preconditioned gradient is shortened by its inner product with the gradient, before momentum. */
    PRECONDITIONED,
    /** The learning rate follows the divergence of the updates before. */
    ADAPTIVE_KL,
    /** Nothing is bounded: the length minimizes the linearised loss with penalties on divergence and weights. */
    PROXIMAL
}
