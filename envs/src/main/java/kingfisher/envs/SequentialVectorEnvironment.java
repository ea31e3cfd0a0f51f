package kingfisher.envs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Environments stepped one after the other on the calling thread, which for native ones is the fastest way.
 *
 * <p>The work is done in {@link #receive}. Nothing is allocated but what the environments themselves allocate.
 */
public final class SequentialVectorEnvironment implements VectorEnvironment {

    private static final String OWNER = "a group of environments";

    private final EnvironmentSpecification specification;
    private final Environment[] environments;
    private final int observationSize;
    private final double[] action; // [action size]
    private final double[] sent; // [N * action size]
    private boolean started;
    private boolean pending;

    /**
     * Groups environments of one specification, at least one.
     *
     * @param environments owned from now on: closed with the group
     */
    public SequentialVectorEnvironment(List<? extends Environment> environments) {
        if (environments.isEmpty()) {
            throw new IllegalArgumentException("a group has at least 1 environment: 0");
        }
        this.environments = environments.toArray(Environment[]::new);
        this.specification = this.environments[0].specification();
        for (Environment environment : this.environments) {
            if (!environment.specification().equals(specification)) {
                throw new IllegalArgumentException("environments of a group have one specification: " + specification
                        + " and " + environment.specification());
            }
        }
        this.observationSize = specification.observationSpace().size();
        this.action = new double[specification.actionSpace().size()];
        this.sent = new double[this.environments.length * action.length];
    }

    @Override
    public EnvironmentSpecification specification() {
        return specification;
    }

    @Override
    public int count() {
        return environments.length;
    }

    @Override
    public void reset(long seed, VectorTimeStep first) {
        if (seed < 0) {
            throw new InvalidInputException("the seed must be in 0 … 9223372036854775807: " + seed);
        }
        checkShape(first);
        started = false;
        pending = false;
        for (int row = 0; row < environments.length; row++) {
            store(environments[row].reset((seed + row) & Long.MAX_VALUE), first.observations(), row);
            first.rewards()[row] = 0;
            first.terminated()[row] = false;
            first.truncated()[row] = false;
        }
        started = true;
    }

    @Override
    public void send(double[] actions) {
        requireReady();
        if (actions.length != sent.length) {
            throw new IllegalArgumentException(
                    specification.id() + ": " + sent.length + " numbers are one action for each of "
                            + environments.length + " environments: " + actions.length);
        }
        System.arraycopy(actions, 0, sent, 0, sent.length);
        pending = true;
    }

    @Override
    public void receive(VectorTimeStep next) {
        if (!pending) {
            throw new IllegalStateException(specification.id() + ": receive comes after send");
        }
        checkShape(next);
        pending = false;
        started = false; // if an environment throws, the rows no longer belong together
        for (int row = 0; row < environments.length; row++) {
            System.arraycopy(sent, row * action.length, action, 0, action.length);
            stepRow(row, next);
        }
        started = true;
    }

    private void stepRow(int row, VectorTimeStep next) {
        Environment environment = environments[row];
        TimeStep step = environment.step(action);
        next.rewards()[row] = step.reward();
        next.terminated()[row] = step.terminated();
        next.truncated()[row] = step.truncated();
        if (step.ended()) {
            store(step.observation(), next.finalObservations(), row);
            store(environment.reset(), next.observations(), row);
        } else {
            store(step.observation(), next.observations(), row);
        }
    }

    private void store(double[] observation, double[] target, int row) {
        if (observation.length != observationSize) {
            throw new IllegalStateException(specification.id() + ": an observation must have " + observationSize
                    + " numbers, as the observation space says: " + observation.length);
        }
        System.arraycopy(observation, 0, target, row * observationSize, observationSize);
    }

    @Override
    public Optional<byte[]> snapshot() {
        requireReady();
        SnapshotWriter writer = new SnapshotWriter(OWNER).putLong(environments.length);
        for (Environment environment : environments) {
            Optional<byte[]> snapshot = environment.snapshot();
            if (snapshot.isEmpty()) {
                return Optional.empty();
            }
            writer.putBytes(snapshot.get());
        }
        return Optional.of(writer.toByteArray());
    }

    @Override
    public void restore(byte[] snapshot) {
        SnapshotReader reader = new SnapshotReader(OWNER, snapshot);
        long count = reader.getLong();
        if (count != environments.length) {
            throw new InvalidInputException(
                    "the snapshot is of " + count + " environments, not of " + environments.length);
        }
        List<byte[]> parts = new ArrayList<>();
        for (int row = 0; row < count; row++) {
            parts.add(reader.getBytes());
        }
        reader.end();
        started = false;
        pending = false;
        for (int row = 0; row < count; row++) {
            environments[row].restore(parts.get(row));
        }
        started = true;
    }

    @Override
    public void close() {
        RuntimeException failure = null;
        for (Environment environment : environments) {
            try {
                environment.close();
            } catch (RuntimeException e) { // the others hold resources too
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void requireReady() {
        if (pending) {
            throw new IllegalStateException(specification.id() + ": a step is under way, receive comes first");
        }
        if (!started) {
            throw new IllegalStateException(specification.id() + ": reset comes first");
        }
    }

    private void checkShape(VectorTimeStep step) {
        if (step.count() != environments.length || step.observationSize() != observationSize) {
            throw new IllegalArgumentException(specification.id() + ": the time step must have room for "
                    + environments.length + " × " + observationSize + " numbers: " + step.count() + " × "
                    + step.observationSize());
        }
    }
}
