package kingfisher.optim.backend;

/** An elementwise nonlinearity between two layers. */
public enum Activation {
    /** {@code tanh(s)}. */
    TANH,
    /** {@code max(s, 0)}; the derivative at 0 is taken as 0. */
    RELU,
    /** {@code s} for {@code s > 0}, else {@code exp(s) - 1} (Clevert et al. 2016, with their α = 1). */
    ELU,
    /** The logistic function {@code 1 / (1 + exp(-s))}. */
    SIGMOID,
    /** {@code s}. */
    IDENTITY
}
