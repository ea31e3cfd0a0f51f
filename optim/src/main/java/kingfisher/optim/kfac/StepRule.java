package kingfisher.optim.kfac;

/** How long a step {@code Δ = αq + βv} is, along the preconditioned gradient q and the step before, v. */
public sealed interface StepRule {

    /** Whether α and β are given, so that a {@link NormConstraint} may shorten the step. */
    default boolean isGiven() {
        return true;
    }

    /**
     * α and β are given.
     *
     * @param learningRate α, positive
     * @param momentum β, in [0, 1)
     */
    record Fixed(double learningRate, double momentum) implements StepRule {

        /** Checks the ranges. */
        public Fixed {
            requireRate(learningRate);
            requireMomentum(momentum);
        }
    }

    /**
     * {@code d ← (1 - β)q + βd}, {@code Δ = αd}: α is the length whatever β is, and a bound on the step does not change how
     * the directions are averaged. At the first step d is q.
     *
     * @param learningRate α, positive
     * @param momentum β, in [0, 1)
     */
    record Averaged(double learningRate, double momentum) implements StepRule {

        /** Checks the ranges. */
        public Averaged {
            requireRate(learningRate);
            requireMomentum(momentum);
        }
    }

    /**
     * {@code Δ = -α min(1, c/‖∇‖) ∇}, without curvature and momentum: for steps at first, while the factors are of few
     * batches (a cold start). Factors are updated all the same.
     *
     * @param learningRate α, positive
     * @param maximumNorm c, positive
     */
    record Gradient(double learningRate, double maximumNorm) implements StepRule {

        /** Checks the ranges. */
        public Gradient {
            requireRate(learningRate);
            if (!(maximumNorm > 0)) {
                throw new IllegalArgumentException("maximum norm must be positive: " + maximumNorm);
            }
        }
    }

    /** α minimizes the quadratic model of the objective, equation (26), at the cost of one JVP; there is no momentum. */
    record ExactRate() implements StepRule {

        @Override
        public boolean isGiven() {
            return false;
        }
    }

    /** α and β minimize the quadratic model together, equation (27), at the cost of two JVPs. */
    record ExactRateAndMomentum() implements StepRule {

        @Override
        public boolean isGiven() {
            return false;
        }
    }

    /**
     * α minimizes, along {@code r = q}, the linearised objective with a function- and a weight-space proximity (Grosse,
     * "Second-Order Optimization", equation 10, to second order in the proximity), at the cost of one JVP; there is no
     * momentum:
     *
     * <pre>
     *   α = -∇ᵀr / rᵀ(λ_FSP F + λ_WSP I)r
     * </pre>
     *
     * @param functionProximity λ_FSP, at least 0
     * @param weightProximity λ_WSP, at least 0; not both are 0
     */
    record Proximal(double functionProximity, double weightProximity) implements StepRule {

        /** Checks the ranges. */
        public Proximal {
            requireProximity("function", functionProximity);
            requireProximity("weight", weightProximity);
            if (functionProximity + weightProximity == 0) {
                throw new IllegalArgumentException("function and weight proximity must not both be 0");
            }
        }

        private static void requireProximity(String space, double found) {
            if (!(found >= 0 && found < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "%s proximity must be finite and not negative: %s".formatted(space, found));
            }
        }

        @Override
        public boolean isGiven() {
            return false;
        }
    }

    private static void requireRate(double learningRate) {
        if (!(learningRate > 0 && learningRate < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("learning rate must be positive and finite: " + learningRate);
        }
    }

    private static void requireMomentum(double momentum) {
        if (!(momentum >= 0 && momentum < 1)) {
            throw new IllegalArgumentException("momentum must be in [0, 1): " + momentum);
        }
    }
}
