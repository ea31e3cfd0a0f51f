package kingfisher.agents.rollout;

import java.util.stream.IntStream;
import kingfisher.agents.policy.Agent;
import kingfisher.agents.policy.NetworkPass;
import kingfisher.agents.policy.PolicyValueNetwork;
import kingfisher.agents.policy.ValueInputs;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.parallel.Workers;
import org.jspecify.annotations.Nullable;

/** Computes the values of all of a rollout's steps, in chunks that the workers share, and before what they are of. */
public final class RolloutValues {

    private static final int CHUNK_ROWS = 512;

    private final Rollout rollout;
    private final Workers workers;
    private final Backend backend;
    private final ValueInputs.@Nullable Writer writer;
    private final Matrix[] chunks;
    private final Runnable[] tasks;

    /** Creates the working memory for one rollout of one agent. */
    public RolloutValues(Rollout rollout, Agent agent, Workers workers) {
        this.rollout = rollout;
        this.workers = workers;
        ValueInputs valueInputs = agent.valueInputs();
        this.writer = valueInputs.isExtended() ? valueInputs.writer(rollout.size()) : null;
        PolicyValueNetwork network = agent.actorCritic().value();
        this.backend = network.parameters().backend();
        int rows = rollout.environments() * stepsInChunk(rollout);
        this.chunks = IntStream.range(0, rollout.size() / rows)
                .mapToObj(i -> rollout.valueInputs().rowRange(i * rows, rows))
                .toArray(Matrix[]::new);
        int count = Math.min(workers.count(), chunks.length);
        this.tasks = IntStream.range(0, count)
                .mapToObj(first -> {
                    NetworkPass pass = network.pass(rows);
                    return (Runnable) () -> computeChunks(pass, first, count);
                })
                .toArray(Runnable[]::new);
    }

    /** The most steps whose rows fit a chunk and that divide the rollout, so that chunks depend on shapes only. */
    private static int stepsInChunk(Rollout rollout) {
        int steps = Math.max(1, Math.min(rollout.steps(), CHUNK_ROWS / rollout.environments()));
        while (rollout.steps() % steps != 0) {
            steps--;
        }
        return steps;
    }

    /** Writes {@link Rollout#values}, and {@link Rollout#valueInputs} if they are more than what the policy saw. */
    public void compute() {
        if (writer != null) {
            writer.write(
                    rollout.observations(),
                    rollout.distributionParameters(),
                    rollout.episodeSteps(),
                    backend,
                    rollout.valueInputs());
        }
        workers.run(tasks);
    }

    private void computeChunks(NetworkPass pass, int first, int stride) {
        for (int i = first; i < chunks.length; i += stride) {
            pass.forward(chunks[i]);
            System.arraycopy(pass.values(), 0, rollout.values(), i * pass.batch(), pass.batch());
        }
    }
}
