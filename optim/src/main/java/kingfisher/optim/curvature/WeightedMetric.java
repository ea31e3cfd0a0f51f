package kingfisher.optim.curvature;

import java.util.List;
import kingfisher.optim.network.LinearizedModel;

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

    /**
     * Checks that there is a metric for each head of a model, of its width.
     *
     * @throws IllegalArgumentException if not
     */
    public static void requireFit(LinearizedModel model, List<WeightedMetric> metrics) {
        if (metrics.size() != model.heads()) {
            throw new IllegalArgumentException(
                    "the model has %d heads, found %d metrics".formatted(model.heads(), metrics.size()));
        }
        for (int h = 0; h < metrics.size(); h++) {
            int width = metrics.get(h).metric().width();
            if (width != model.width(h)) {
                throw new IllegalArgumentException("head %d has %d outputs, found the metric %s of %d"
                        .formatted(h, model.width(h), metrics.get(h).metric(), width));
            }
        }
    }
}
