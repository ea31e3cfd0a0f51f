package kingfisher.agents.policy;

import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.distribution.Distribution;
import org.apache.commons.rng.UniformRandomProvider;
import org.jspecify.annotations.Nullable;

/** A policy that acts on batches of a fixed number of observations, without learning from them. */
public final class Actor {

    private final int rows;
    private final ObservationPipeline observations;
    private final ActionAdapter actionAdapter;
    private final NetworkPass pass;
    private final Backend backend;
    private final Matrix inputMatrix;
    private final double[] inputs;
    private final double[] outcomes;

    /** Creates an actor for {@code rows} observations at a time; it follows later changes of the network. */
    public Actor(PolicyValueNetwork policy, ObservationPipeline observations, ActionAdapter actionAdapter, int rows) {
        this.rows = rows;
        this.observations = observations;
        this.actionAdapter = actionAdapter;
        this.pass = policy.pass(rows);
        this.backend = policy.parameters().backend();
        this.inputMatrix = backend.allocate(rows, observations.size());
        this.inputs = new double[rows * observations.size()];
        this.outcomes = new double[rows * actionAdapter.distribution().actionSize()];
    }

    /**
     * Chooses actions.
     *
     * @param current observations [rows × raw size], not modified
     * @param random source of stochastic actions; null for the most probable ones
     * @param actions as the environment takes them [rows × action size], overwritten
     */
    public void act(double[] current, @Nullable UniformRandomProvider random, double[] actions) {
        observations.apply(rows, current, inputs);
        backend.upload(inputs, inputMatrix);
        pass.forward(inputMatrix);
        Distribution distribution = actionAdapter.distribution();
        if (random == null) {
            distribution.mode(rows, pass.distributionParameters(), outcomes);
        } else {
            distribution.sample(rows, pass.distributionParameters(), random, outcomes);
        }
        actionAdapter.toEnvironment(rows, outcomes, actions);
    }
}
