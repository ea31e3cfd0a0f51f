package kingfisher.agents.policy;

import java.nio.file.Files;
import java.nio.file.Path;
import kingfisher.agents.run.CheckpointFolder;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.optim.backend.cpu.CpuBackend;
import org.apache.commons.rng.UniformRandomProvider;
import org.jspecify.annotations.Nullable;

/** A trained policy to act with: observations in, actions out. Not for use by two threads at once. */
public final class Policy {

    private final Agent agent;
    private final Actor actor;
    private final double[] action;

    private Policy(Agent agent) {
        this.agent = agent;
        this.actor = agent.actor(1);
        this.action = new double[agent.actions().distribution().actionSize()];
    }

    /** Returns the policy of an agent, which follows later changes of its networks. */
    public static Policy of(Agent agent) {
        return new Policy(agent);
    }

    /**
     * Loads a policy.
     *
     * @param path a run folder, whose last checkpoint is taken, or the folder of one checkpoint
     * @throws kingfisher.envs.InvalidInputException if there is no checkpoint or it is damaged
     */
    public static Policy load(Path path) {
        Path last = path.resolve("checkpoints").resolve("last");
        return new Policy(PolicyCheckpoint.agent(
                new CheckpointFolder(Files.isDirectory(last) ? last : path).read(), new CpuBackend()));
    }

    /** The environment that the policy was trained for. */
    public EnvironmentSpecification specification() {
        return agent.specification();
    }

    /**
     * Takes the next observation as the first of an episode. Only a policy that was trained with {@code
     * previous-observation} has to know; the first episode need not be begun.
     */
    public void beginEpisode() {
        actor.beginEpisode(0);
    }

    /** Returns the most probable action for an observation, as the environment takes it. */
    public double[] act(double[] observation) {
        return choose(observation, null);
    }

    /** Returns an action drawn from the policy's distribution, as the environment takes it. */
    public double[] act(double[] observation, UniformRandomProvider random) {
        return choose(observation, random);
    }

    private double[] choose(double[] observation, @Nullable UniformRandomProvider random) {
        int expected = agent.observations().rawSize();
        if (observation.length != expected) {
            throw new IllegalArgumentException("an observation of "
                    + specification().id() + " has " + expected + " numbers: " + observation.length);
        }
        actor.act(observation, random, action);
        return action.clone();
    }
}
