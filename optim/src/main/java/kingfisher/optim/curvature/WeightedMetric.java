package kingfisher.optim.curvature;

/**
 * One head's term in the objective {@code Σ_heads weight · loss}.
 *
 * @param weight finite and not negative; 0 leaves the head out
 */
public record WeightedMetric(OutputMetric metric, double weight) {

    /** Checks the weight. */
    public WeightedMetric {
        if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the weight of a head must be finite and not negative: " + weight);
        }
    }
}
