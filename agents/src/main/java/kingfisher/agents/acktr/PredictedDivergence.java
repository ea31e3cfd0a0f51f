package kingfisher.agents.acktr;

import java.util.ArrayList;
import java.util.List;
import kingfisher.optim.curvature.NegativeLogLikelihood;
import kingfisher.optim.curvature.SquaredError;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.distribution.Distribution;
import kingfisher.optim.kfac.QuadraticModel;
import kingfisher.optim.network.LinearizedModel;
import kingfisher.optim.network.ParameterVector;

/**
 * The divergence {@code ½ ΔᵀFΔ} of the policy that a step predicts to second order, with the exact Fisher matrix of the
 * policy's head alone.
 */
final class PredictedDivergence {

    private final QuadraticModel model;

    PredictedDivergence(LinearizedModel model, Distribution distribution) {
        this.model = new QuadraticModel(model, metrics(model, distribution, 0), 0);
    }

    /** Returns the metric of the policy's head, and that of the value's with the given weight if the model has one. */
    static List<WeightedMetric> metrics(LinearizedModel model, Distribution distribution, double valueWeight) {
        List<WeightedMetric> metrics = new ArrayList<>();
        metrics.add(new NegativeLogLikelihood(distribution).weighted(1));
        if (model.heads() > 1) {
            metrics.add(new SquaredError(1).weighted(valueWeight));
        }
        return metrics;
    }

    /** Computes it at the point of the model's last forward pass, in nats. */
    double of(ParameterVector step) {
        model.span(step, step, null);
        return 0.5 * model.squaredNorm();
    }
}
