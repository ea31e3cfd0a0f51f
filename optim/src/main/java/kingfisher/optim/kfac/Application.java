package kingfisher.optim.kfac;

/** How gradients are multiplied by the inverse of a layer's block. */
public enum Application {
    /** As the matrices that they are, M²N + MN² multiplications a layer. */
    DIRECT,
    /**
     * By what they are made of, B inputs and as many pre-activation gradients, with B(M² + N² + MN) multiplications, in the
     * layers where these are fewer (Grosse, "Second-Order Optimization", section 5.5): for layers wider than the batch is
     * large. Needs {@link DampingForm#FACTORED}, a {@link Structure#BLOCK_DIAGONAL} curvature and an objective that names the
     * model of its last backward pass, without weight decay.
     */
    LOW_RANK
}
