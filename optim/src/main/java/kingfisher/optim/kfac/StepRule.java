package kingfisher.optim.kfac;

/** How long a step {@code Δ = αq + βv} is, along the preconditioned gradient q and the step before, v. */
public sealed interface StepRule {

    /**
     * α and β are given.
     *
     * @param learningRate α, positive
     * @param momentum β, in [0, 1)
     */
    record Fixed(double learningRate, double momentum) implements StepRule {

        /** Checks the ranges. */
        public Fixed {
            if (!(learningRate > 0 && learningRate < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("learning rate must be positive and finite: " + learningRate);
            }
            if (!(momentum >= 0 && momentum < 1)) {
                throw new IllegalArgumentException("momentum must be in [0, 1): " + momentum);
            }
        }
    }

    /** α minimizes the quadratic model of the objective, equation (26), at the cost of one JVP; there is no momentum. */
    record ExactRate() implements StepRule {}

    /** α and β minimize the quadratic model together, equation (27), at the cost of two JVPs. */
    record ExactRateAndMomentum() implements StepRule {}
}
