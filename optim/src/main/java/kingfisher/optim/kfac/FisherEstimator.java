package kingfisher.optim.kfac;

/** Where the cotangents that make up the factors of layer outputs come from. */
public enum FisherEstimator {
    /**
     * Gradients of {@code -log p(t; z)} with targets t drawn from the model's own distribution, one a row: an unbiased
     * estimate of the Fisher matrix (Grosse, "Second-Order Optimization", section 5.2: pseudo-gradients). One reverse
     * pass; the data's targets are not read.
     */
    SAMPLED,
    /**
     * The columns of a factor B of each row's Fisher matrix {@code F_b = BBᵀ}, one reverse pass for each: no noise, at the
     * cost of as many passes as there are outputs.
     */
    EXACT,
    /**
     * Gradients of {@code -log p(t; z)} with the data's own targets: the empirical Fisher matrix, which is no curvature
     * where the model fits badly (Kunstner, Balles and Hennig 2019).
     */
    EMPIRICAL
}
