package kingfisher.agents.train;

import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import kingfisher.agents.policy.Actor;
import kingfisher.agents.policy.Agent;
import kingfisher.envs.VectorEnvironment;
import kingfisher.envs.VectorTimeStep;
import org.apache.commons.rng.UniformRandomProvider;
import org.jspecify.annotations.Nullable;

/**
 * Plays whole episodes with a policy, in environments of its own, on raw rewards, and with observation moments that do not
 * move.
 *
 * <p>Every environment plays a fixed number of episodes, so that short episodes are not preferred.
 */
public final class Evaluator implements AutoCloseable {

    private static final int MOST_ENVIRONMENTS = 10;

    private final IntFunction<VectorEnvironment> environments;
    private final Agent agent;
    private final BooleanSupplier cancelled;
    private @Nullable VectorEnvironment environment;

    /**
     * Creates an evaluator; environments are made when they are first needed, and kept.
     *
     * @param cancelled asked at every step: an evaluation that is cancelled ends with a {@link CancellationException}
     */
    public Evaluator(IntFunction<VectorEnvironment> environments, Agent agent, BooleanSupplier cancelled) {
        this.environments = environments;
        this.agent = agent;
        this.cancelled = cancelled;
    }

    /**
     * Plays {@code episodes} episodes and returns their returns; the same arguments and parameters give the same numbers.
     *
     * @param seed environment i is seeded with {@code seed + i}
     * @param stochastic whether actions are drawn, from a generator that {@code seed} determines, or the most probable
     */
    public double[] evaluate(int episodes, long seed, boolean stochastic) {
        int count = Math.min(episodes, MOST_ENVIRONMENTS);
        VectorEnvironment group = group(count);
        UniformRandomProvider random = stochastic ? RandomStreams.create(seed, RandomStreams.Purpose.EVALUATION) : null;
        Actor actor = agent.actor(count);
        VectorTimeStep step = VectorTimeStep.of(group);
        double[] actions = new double[count * agent.actions().distribution().actionSize()];
        double[] returns = new double[episodes];
        int[] current = new int[count];
        for (int n = 0; n < count; n++) {
            current[n] = n;
        }
        group.reset(seed, step);
        int unfinished = episodes;
        while (unfinished > 0) {
            if (cancelled.getAsBoolean()) {
                throw new CancellationException("the evaluation was cancelled");
            }
            actor.act(step.observations(), random, actions);
            group.step(actions, step);
            for (int n = 0; n < count; n++) {
                if (step.ended(n)) {
                    actor.beginEpisode(n);
                }
                if (current[n] < episodes) {
                    returns[current[n]] += step.rewards()[n];
                    if (step.ended(n)) {
                        current[n] += count;
                        unfinished--;
                    }
                }
            }
        }
        return returns;
    }

    private VectorEnvironment group(int count) {
        VectorEnvironment group = environment;
        if (group == null || group.count() != count) {
            close();
            group = environments.apply(count);
            environment = group;
        }
        return group;
    }

    @Override
    public void close() {
        if (environment != null) {
            environment.close();
            environment = null;
        }
    }
}
