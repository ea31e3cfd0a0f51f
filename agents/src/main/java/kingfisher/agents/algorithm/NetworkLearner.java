package kingfisher.agents.algorithm;

import java.util.Map;
import java.util.TreeMap;
import kingfisher.agents.policy.NetworkPass;
import kingfisher.agents.policy.PolicyValueNetwork;
import kingfisher.agents.rollout.NonFiniteException;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.optimizer.Optimizer;

/**
 * One network with what it takes to fit it on minibatches: gradient, optimizer, working memory and, if the objective
 * asks for it, the parameters before the update.
 */
public final class NetworkLearner {

    private static final String STEPS = ".steps";

    private final PolicyValueNetwork network;
    private final ParameterVector parameters;
    private final ParameterVector gradient;
    private final ParameterVector start;
    private final Optimizer optimizer;
    private final NetworkPass pass;
    private final Matrix minibatch;
    private final Backend backend;
    private final double weightProximity;
    private final String remedy;

    /**
     * Creates the learner.
     *
     * @param weightProximity λ_WSP of Grosse's eq. 11: the objective grows by {@code λ/2 ‖w - w_start‖²}
     * @param remedy what may help if the numbers are no longer finite, such as "a smaller learning-rate"
     */
    public NetworkLearner(
            PolicyValueNetwork network,
            Optimizer optimizer,
            int minibatchSize,
            int inputs,
            double weightProximity,
            String remedy) {
        this.network = network;
        this.parameters = network.parameters();
        this.gradient = parameters.zerosLike();
        this.start = parameters.zerosLike();
        this.optimizer = optimizer;
        this.pass = network.pass(minibatchSize);
        this.backend = parameters.backend();
        this.minibatch = backend.allocate(minibatchSize, inputs);
        this.weightProximity = weightProximity;
        this.remedy = remedy;
    }

    /** What the network gives: {@code policy}, {@code value} or {@code shared}. */
    public String name() {
        return network.name();
    }

    /** Whether the network gives a policy. */
    public boolean hasPolicy() {
        return network.hasPolicy();
    }

    /** Whether the network gives a value. */
    public boolean hasValue() {
        return network.hasValue();
    }

    /** The heads' outputs and gradients of the current minibatch. */
    public NetworkPass pass() {
        return pass;
    }

    /** The rule that steps. */
    public Optimizer optimizer() {
        return optimizer;
    }

    /** Remembers the parameters that the weight-space proximity is measured from. */
    public void beginUpdate() {
        if (weightProximity > 0) {
            backend.copy(parameters.values(), start.values());
        }
    }

    /** Computes the heads' outputs for the examples {@code rows[offset], …} of what the network sees. */
    public void forward(Matrix inputs, int[] rows, int offset) {
        backend.gatherRows(inputs, rows, offset, minibatch);
        pass.forward(minibatch);
    }

    /** Computes the gradient of the minibatch's mean loss from the heads' gradients; returns its squared norm. */
    public double backward() {
        pass.backward(1.0 / pass.batch(), gradient);
        if (weightProximity > 0) {
            backend.addScaled(weightProximity, parameters.values(), gradient.values());
            backend.addScaled(-weightProximity, start.values(), gradient.values());
        }
        return backend.dot(gradient.values(), gradient.values());
    }

    /** Throws {@link NonFiniteException} if what {@link #backward} returned is not a number. */
    public void checkGradient(double squaredNorm) {
        if (!Double.isFinite(squaredNorm)) {
            throw NonFiniteException.ofLearning(
                    "the squared gradient norm of the " + name() + " network", squaredNorm, remedy);
        }
    }

    /** Moves the parameters by the gradient times {@code gradientScale}. */
    public void step(double gradientScale, double learningRate) {
        optimizer.step(parameters, gradient, gradientScale, learningRate);
    }

    /**
     * Throws {@link NonFiniteException} if a parameter, or what the optimizer remembers of the gradients, is not a number;
     * then nothing of them may be kept.
     */
    public void checkNumbers() {
        check("the parameters", parameters);
        optimizer.state().forEach((name, vector) -> check("the optimizer's " + name, vector));
    }

    private void check(String what, ParameterVector vector) {
        double squaredNorm = backend.dot(vector.values(), vector.values());
        if (!Double.isFinite(squaredNorm)) {
            throw NonFiniteException.ofLearning(
                    "the squared norm of " + what + " of the " + name() + " network", squaredNorm, remedy);
        }
    }

    /** Adds the vectors that the optimizer remembers, by names that begin with the network's, in a fixed order. */
    public void addVectors(Map<String, ParameterVector> vectors) {
        new TreeMap<>(optimizer.state()).forEach((name, vector) -> vectors.put(name() + "." + name, vector));
    }

    /** Adds the number of steps so far, by a name that begins with the network's. */
    public void addCounters(Map<String, Double> counters) {
        counters.put(name() + STEPS, (double) optimizer.steps());
    }

    /**
     * Sets the number of steps to what {@link #addCounters} once added.
     *
     * @throws IllegalArgumentException if it was not saved
     */
    public void restoreCounters(Map<String, Double> counters) {
        optimizer.restoreSteps((long) SavedCounters.required(counters, name() + STEPS));
    }
}
