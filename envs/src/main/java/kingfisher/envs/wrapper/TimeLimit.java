package kingfisher.envs.wrapper;

import java.util.Optional;
import kingfisher.envs.Environment;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.SnapshotReader;
import kingfisher.envs.SnapshotWriter;
import kingfisher.envs.TimeStep;

/**
 * Truncates an episode at a number of steps, as Gymnasium's wrapper of the same name: the step that reaches the limit is
 * truncated even if it also terminates.
 */
public final class TimeLimit implements Environment {

    private final Environment inner;
    private final int limit;
    private final EnvironmentSpecification specification;
    private long elapsed;

    /** Limits the episodes of {@code inner}, which it owns from now on, to {@code limit} steps, at least 1. */
    public TimeLimit(Environment inner, int limit) {
        this.inner = inner;
        this.limit = limit;
        this.specification = inner.specification().withTimeLimit(limit);
    }

    @Override
    public EnvironmentSpecification specification() {
        return specification;
    }

    @Override
    public double[] reset(long seed) {
        double[] observation = inner.reset(seed);
        elapsed = 0;
        return observation;
    }

    @Override
    public double[] reset() {
        double[] observation = inner.reset();
        elapsed = 0;
        return observation;
    }

    @Override
    public TimeStep step(double[] action) {
        TimeStep step = inner.step(action);
        elapsed++;
        return elapsed < limit || step.truncated()
                ? step
                : new TimeStep(step.observation(), step.reward(), step.terminated(), true);
    }

    @Override
    public Optional<byte[]> snapshot() {
        return inner.snapshot()
                .map(state -> new SnapshotWriter(owner())
                        .putLong(elapsed)
                        .putBytes(state)
                        .toByteArray());
    }

    @Override
    public void restore(byte[] snapshot) {
        SnapshotReader reader = new SnapshotReader(owner(), snapshot);
        long steps = reader.getLong();
        byte[] state = reader.getBytes();
        reader.end();
        if (steps < 0) {
            throw new InvalidInputException(owner() + ": a snapshot cannot have " + steps + " elapsed steps");
        }
        inner.restore(state);
        elapsed = steps;
    }

    private String owner() {
        return "the time limit of " + specification.id();
    }

    @Override
    public void close() {
        inner.close();
    }
}
