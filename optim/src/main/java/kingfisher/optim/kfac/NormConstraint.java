package kingfisher.optim.kfac;

/**
 * A bound on the size of a step in the metric of the curvature: q becomes {@code min(1, √(bound / α² qᵀFq)) q} (Ba, Grosse
 * and Martens 2017; Wu et al. 2017, "Scalable trust-region method for deep reinforcement learning using
 * Kronecker-factored approximation", whose η = min(η_max, √(2δ / ΔᵀFΔ)) is this with α = η_max and bound 2δ).
 *
 * @param bound positive
 * @param measure what stands for qᵀFq
 */
public record NormConstraint(double bound, Measure measure) {

    /** What the size of a step is measured by. */
    public enum Measure {
        /** {@code -gᵀq}, which is qᵀ(F̂ + λI)q: free. */
        PRECONDITIONED,
        /** {@code qᵀFq} with the Fisher matrix itself: one JVP. */
        EXACT,
        /** {@code ΔᵀFΔ} of the whole step, with the momentum in it, which is then what is shortened: one JVP. */
        EXACT_STEP
    }

    /** Checks the bound. */
    public NormConstraint {
        if (!(bound > 0 && bound < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("bound of the norm constraint must be positive and finite: " + bound);
        }
    }

    /**
     * Returns the factor on q.
     *
     * @param learningRate α
     * @param squaredNorm qᵀFq; where it is not positive there is nothing to bound, and the factor is 1
     */
    double factor(double learningRate, double squaredNorm) {
        double squaredLength = learningRate * learningRate * squaredNorm;
        return squaredLength > bound ? Math.sqrt(bound / squaredLength) : 1;
    }
}
