package kingfisher.agents.policy;

import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.distribution.Distribution;
import org.apache.commons.rng.UniformRandomProvider;
import org.jspecify.annotations.Nullable;

/**
 * A policy that acts in a fixed number of environments side by side, without learning from them. It starts with an episode
 * in each.
 */
public final class Actor {

    private final int rows;
    private final NetworkInputs inputs;
    private final ActionAdapter actionAdapter;
    private final NetworkPass pass;
    private final Backend backend;
    private final Matrix inputMatrix;
    private final double[] outcomes;

    /** Creates an actor for {@code rows} observations at a time; it follows later changes of the network. */
    public Actor(PolicyValueNetwork policy, ObservationPipeline observations, ActionAdapter actionAdapter, int rows) {
        this.rows = rows;
        this.inputs = new NetworkInputs(observations, rows);
        this.actionAdapter = actionAdapter;
        this.pass = policy.pass(rows);
        this.backend = policy.parameters().backend();
        this.inputMatrix = backend.allocate(rows, observations.size());
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
        backend.upload(inputs.of(current), inputMatrix);
        inputs.remember();
        pass.forward(inputMatrix);
        Distribution distribution = actionAdapter.distribution();
        if (random == null) {
            distribution.mode(rows, pass.distributionParameters(), outcomes);
        } else {
            distribution.sample(rows, pass.distributionParameters(), random, outcomes);
        }
        actionAdapter.toEnvironment(rows, outcomes, actions);
    }

    /** Takes what one environment shows next as the start of an episode. */
    public void beginEpisode(int row) {
        inputs.forget(row);
    }
}
