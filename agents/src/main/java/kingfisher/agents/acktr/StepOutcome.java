package kingfisher.agents.acktr;

/**
 * What became of a policy step.
 *
 * @param loss of the policy before it, {@code -mean(A log π)}
 * @param entropy of the policy before it, in nats
 * @param gradientNorm of the whole objective
 * @param rate the learning rate η_max
 * @param fraction of the step of that rate that was taken: what the trust region left of it, and 0 if it was taken back
 * @param predictedDivergence {@code ½ ΔᵀFΔ} of what was taken
 * @param divergence from the old policy, measured
 * @param improvement of {@code mean(ρA)}
 */
record StepOutcome(
        double loss,
        double entropy,
        double gradientNorm,
        double rate,
        double fraction,
        double predictedDivergence,
        double divergence,
        double improvement) {

    boolean taken() {
        return fraction > 0;
    }
}
