package kingfisher.optim.proximal;

import java.util.List;
import java.util.function.Function;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.kfac.Objective;
import kingfisher.optim.network.DifferentiableModel;
import kingfisher.optim.network.ParameterVector;

/**
 * The loss of a batch B, with what keeps a network near where it was in function space, on a batch B′, and in weight space
 * (Grosse, "Second-Order Optimization", equations 10 and 11):
 *
 * <pre>
 *   Q(w) = loss(w) + λ_FSP mean_B′ ρ(f(x, w), f(x, w₀)) + ½ λ_WSP ‖w - w₀‖²
 * </pre>
 *
 * <p>{@link #anchor} makes the parameters at hand w₀; any optimizer may then minimize Q. With K gradients that costs 2K passes
 * over B and 2K + 1 over B′, or, where both are one batch, 2K + 1.
 */
public final class ProximalObjective implements Objective {

    private final Objective loss;
    private final FunctionProximity proximity;
    private final boolean shared;
    private final ProximityWeights weights;
    private final ParameterVector parameters;
    private final ParameterVector anchor;
    private final ParameterVector scratch;
    private final Backend backend;
    private boolean anchored;
    private double lossValue = Double.NaN;
    private double functionDistance = Double.NaN;
    private double weightDistance = Double.NaN;

    private ProximalObjective(
            Objective loss,
            FunctionProximity proximity,
            boolean shared,
            ProximityWeights weights,
            ParameterVector parameters) {
        this.loss = loss;
        this.proximity = proximity;
        this.shared = shared;
        this.weights = weights;
        this.parameters = parameters;
        this.anchor = parameters.zerosLike();
        this.scratch = parameters.zerosLike();
        this.backend = parameters.backend();
    }

    /**
     * Returns the objective for a proximity on a batch of its own.
     *
     * @param loss of a model over {@code parameters}, for B; another model than the proximity's
     * @param proximity of a model over {@code parameters}, for B′; not run if its weight is 0
     * @param parameters w
     */
    public static ProximalObjective of(
            Objective loss, FunctionProximity proximity, ProximityWeights weights, ParameterVector parameters) {
        return new ProximalObjective(loss, proximity, false, weights, parameters);
    }

    /**
     * Returns the objective for a proximity on the batch of the loss, which share their passes.
     *
     * @param model of both
     * @param metrics of the proximity, one for each head
     * @param loss makes the loss on the model that it is given, which it runs forward once in each evaluation, and back after
     *     that
     * @throws IllegalArgumentException if a metric does not fit its head
     */
    public static ProximalObjective sharing(
            DifferentiableModel model,
            List<WeightedMetric> metrics,
            ProximityWeights weights,
            Function<DifferentiableModel, Objective> loss) {
        FunctionProximity proximity = new FunctionProximity(model, metrics);
        Objective lossOfBoth = loss.apply(new SharedPassModel(model, proximity, weights.function()));
        return new ProximalObjective(lossOfBoth, proximity, true, weights, model.parameters());
    }

    /** Makes the parameters at hand w₀, and runs the proximity's model forward there. */
    public void anchor() {
        backend.copy(parameters.values(), anchor.values());
        if (weights.function() > 0) {
            if (shared) {
                lossValue = loss.evaluate();
                proximity.keepOutputs();
            } else {
                proximity.anchor();
            }
        }
        anchored = true;
    }

    /** Returns the parameters to w₀, bit for bit. */
    public void returnToAnchor() {
        requireAnchor();
        backend.copy(anchor.values(), parameters.values());
    }

    @Override
    public double evaluate() {
        requireAnchor();
        lossValue = loss.evaluate();
        functionDistance = 0;
        if (weights.function() > 0) {
            if (!shared) {
                proximity.forward();
            }
            functionDistance = proximity.value();
        }
        return total();
    }

    @Override
    public double evaluate(ParameterVector gradient) {
        requireAnchor();
        lossValue = loss.evaluate(gradient);
        functionDistance = 0;
        if (weights.function() > 0) {
            if (!shared) {
                proximity.forward();
                backend.fill(scratch.values(), 0);
                proximity.backward(weights.function(), scratch);
                backend.addScaled(1, scratch.values(), gradient.values());
            }
            functionDistance = proximity.value();
        }
        double value = total();
        backend.addScaled(weights.weight(), scratch.values(), gradient.values());
        return value;
    }

    /** Adds the terms up, and leaves w - w₀ in the scratch. */
    private double total() {
        backend.copy(parameters.values(), scratch.values());
        backend.addScaled(-1, anchor.values(), scratch.values());
        weightDistance = 0.5 * backend.dot(scratch.values(), scratch.values());
        return lossValue + weights.function() * functionDistance + weights.weight() * weightDistance;
    }

    private void requireAnchor() {
        if (!anchored) {
            throw new IllegalStateException("the objective has no anchor yet");
        }
    }

    /** The loss at the last evaluation, without what it is added to. */
    public double loss() {
        return lossValue;
    }

    /** The mean ρ at the last evaluation, before λ_FSP; 0 if that is 0. */
    public double functionDistance() {
        return functionDistance;
    }

    /** ½ ‖w - w₀‖² at the last evaluation, before λ_WSP. */
    public double weightDistance() {
        return weightDistance;
    }

    @Override
    public List<double[]> targets() {
        return loss.targets();
    }
}
