package kingfisher.optim.proximal;

import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.optimizer.Optimizer;

/**
 * Updates that minimize a proximal objective by some steps of a first-order rule (Grosse, "Second-Order Optimization", section
 * 3): what proximal policy optimization does. Not for use by two threads at once.
 */
public final class ProximalDescent {

    private final ProximalObjective objective;
    private final ParameterVector parameters;
    private final ParameterVector gradient;
    private final Optimizer optimizer;

    /**
     * Makes the working memory.
     *
     * @param parameters of the objective, modified by updates
     * @param optimizer for vectors of their layout; it remembers across updates
     */
    public ProximalDescent(ProximalObjective objective, ParameterVector parameters, Optimizer optimizer) {
        this.objective = objective;
        this.parameters = parameters;
        this.gradient = parameters.zerosLike();
        this.optimizer = optimizer;
    }

    /**
     * Makes the parameters at hand the anchor, and moves them.
     *
     * @param steps K, at least 0
     * @return Q before the last step; NaN if there was none
     */
    public double update(int steps, double learningRate) {
        objective.anchor();
        double value = Double.NaN;
        for (int step = 0; step < steps; step++) {
            // objectives leave out the parameters that their models don't have
            parameters.backend().fill(gradient.values(), 0);
            value = objective.evaluate(gradient);
            optimizer.step(parameters, gradient, 1, learningRate);
        }
        return value;
    }
}
