package kingfisher.optim.solver;

/** Why {@link ConjugateGradient} has stopped. */
public enum StopReason {
    /** The residual, computed anew, is within the tolerance. */
    RESIDUAL,
    /** The model value has hardly fallen over the last iterations (Martens 2010, §4.4). */
    RELATIVE_PROGRESS,
    /** The iterations are used up. */
    ITERATIONS,
    /** A direction p has pᵀCp ≤ 0, but for rounding: the operator is not positive definite. */
    NON_POSITIVE_CURVATURE,
    /** A residual r has rᵀPr ≤ 0: the preconditioner P is not positive definite. */
    NON_POSITIVE_PRECONDITIONER,
    /** A step would have raised the model value: the operator is not symmetric, or not the same at every call. */
    DIVERGENCE,
    /** An argument, a product or a sum is infinite or NaN. */
    NOT_FINITE
}
