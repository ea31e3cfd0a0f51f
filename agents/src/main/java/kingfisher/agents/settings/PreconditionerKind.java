package kingfisher.agents.settings;

/** By what conjugate gradient is preconditioned. */
public enum PreconditionerKind {
    /** Nothing. */
    NONE,
    /** K-FAC with a block-tridiagonal inverse: Kronecker factors of each layer and of neighbouring layers. */
    KFAC,
    /** K-FAC with a block-diagonal inverse: Kronecker factors of each layer. */
    KFAC_BLOCK_DIAGONAL
}
