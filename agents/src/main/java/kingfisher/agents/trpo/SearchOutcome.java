package kingfisher.agents.trpo;

/**
 * How the search for a step in the trust region ended.
 *
 * @param gradientNorm of the surrogate
 * @param cgIterations that conjugate gradient took
 * @param cgResidual norm of its residual, over that of the gradient
 * @param predictedDivergence of the whole step, {@code ½ ΔᵀFΔ} without damping
 * @param expectedImprovement of the surrogate by the whole step, to first order
 * @param fraction of the whole step that was taken; 0 if none was
 * @param improvement of the surrogate by the step that was taken
 * @param divergence of the policy that was taken from the old one
 */
record SearchOutcome(
        double gradientNorm,
        int cgIterations,
        double cgResidual,
        double predictedDivergence,
        double expectedImprovement,
        double fraction,
        double improvement,
        double divergence) {

    /** No step, because there is no gradient, or no curvature along the direction that conjugate gradient found. */
    static SearchOutcome none(double gradientNorm, int cgIterations, double cgResidual) {
        return new SearchOutcome(gradientNorm, cgIterations, cgResidual, 0, 0, 0, 0, 0);
    }

    boolean accepted() {
        return fraction > 0;
    }
}
