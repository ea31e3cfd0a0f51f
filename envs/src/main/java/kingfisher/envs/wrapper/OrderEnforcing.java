package kingfisher.envs.wrapper;

import java.util.Optional;
import kingfisher.envs.Environment;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.TimeStep;

/**
 * Refuses calls that come in an order which means nothing, with a message that says which call is missing: a step or a
 * seedless reset before the first {@link #reset(long)}, a negative seed, and anything after {@link #close()}.
 */
public final class OrderEnforcing implements Environment {

    private final Environment inner;
    private final EnvironmentSpecification specification;
    private boolean started;
    private boolean closed;

    /** Guards {@code inner}, which it owns from now on. */
    public OrderEnforcing(Environment inner) {
        this.inner = inner;
        this.specification = inner.specification();
    }

    @Override
    public EnvironmentSpecification specification() {
        return specification;
    }

    @Override
    public double[] reset(long seed) {
        requireOpen("reset");
        if (seed < 0) {
            throw new InvalidInputException(
                    specification.id() + ": the seed must be in 0 … 9223372036854775807: " + seed);
        }
        double[] observation = inner.reset(seed);
        started = true;
        return observation;
    }

    @Override
    public double[] reset() {
        requireStarted("reset without a seed");
        return inner.reset();
    }

    @Override
    public TimeStep step(double[] action) {
        requireStarted("step");
        return inner.step(action);
    }

    @Override
    public Optional<byte[]> snapshot() {
        requireStarted("snapshot");
        return inner.snapshot();
    }

    @Override
    public void restore(byte[] snapshot) {
        requireOpen("restore");
        inner.restore(snapshot);
        started = true;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            inner.close();
        }
    }

    private void requireStarted(String call) {
        requireOpen(call);
        if (!started) {
            throw new IllegalStateException(specification.id() + ": " + call + " needs a reset with a seed before it");
        }
    }

    private void requireOpen(String call) {
        if (closed) {
            throw new IllegalStateException(specification.id() + ": " + call + " after close");
        }
    }
}
