package kingfisher.optim.kfac;

import java.util.Optional;

/**
 * Periods that keep the mean cost of a step within a budget (Grosse, "Second-Order Optimization", section 5.5: "use a
 * profiler and set the covariance and inverse update intervals large enough").
 *
 * @param covariancePeriod steps from one update of the factors to the next
 * @param decompositionPeriod steps from one decomposition to the next, a multiple of it, so that each finds fresh factors
 * @param relativeCost of a step on average, as a multiple of a step that computes the gradient alone
 */
public record PeriodProposal(int covariancePeriod, int decompositionPeriod, double relativeCost) {

    /** Longer periods are no use: what a step can save by them is below 1e-6 of it. */
    private static final int LONGEST = 1_000_000;

    /**
     * Returns the pair of periods within the budget that has the least sum, the shorter covariance period of two such; or
     * nothing if what every step costs is more than the budget already, so that no periods keep it.
     *
     * @param budget most that a step may cost on average, in steps that compute the gradient alone; above 1
     * @throws IllegalArgumentException if the budget is not above 1 and finite
     */
    public static Optional<PeriodProposal> within(double budget, StepCosts costs) {
        if (!(budget > 1 && budget <= Double.MAX_VALUE)) {
            throw new IllegalArgumentException("budget must be above 1 and finite: " + budget);
        }
        double available = (budget - 1) * costs.gradient() - costs.always();
        PeriodProposal best = null;
        int leastSum = 2 * LONGEST + 1;
        for (int covariances = 1; 2 * covariances < leastSum && covariances <= LONGEST; covariances++) {
            double left = available - costs.factors() / covariances;
            if (left < 0 || (left == 0 && costs.decomposition() > 0)) {
                continue;
            }
            double multiple = costs.decomposition() == 0 ? 1 : Math.ceil(costs.decomposition() / left / covariances);
            double decompositions = Math.max(1, multiple) * covariances;
            if (decompositions <= LONGEST && covariances + decompositions < leastSum) {
                best = new PeriodProposal(
                        covariances, (int) decompositions, costs.relativeCost(covariances, (int) decompositions));
                leastSum = covariances + (int) decompositions;
            }
        }
        return Optional.ofNullable(best);
    }
}
