package kingfisher.envs.remote;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import kingfisher.env.v1.Reset;
import kingfisher.env.v1.Step;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.VectorEnvironment;
import kingfisher.envs.VectorTimeStep;
import org.jspecify.annotations.Nullable;

/**
 * N environments on servers, shared among groups that step at the same time. Row {@code i} is the same environment with the
 * same seed however many groups there are.
 *
 * <p>Environments elsewhere have no snapshot.
 */
final class RemoteVectorEnvironment implements VectorEnvironment {

    private final List<RemoteGroup> groups;
    private final EnvironmentSpecification specification;
    private final int count;
    private final int actionNumbers;
    private final List<Step> steps = new ArrayList<>();
    private boolean ready;
    private boolean pending;
    private @Nullable InvalidInputException refused;
    private @Nullable RemoteGroup broken;

    /**
     * One group of environments made of several.
     *
     * @param groups at least one; the first rows are the first group's, and so on; owned from now on
     */
    RemoteVectorEnvironment(List<RemoteGroup> groups) {
        this.groups = List.copyOf(groups);
        this.specification = groups.get(0).specification();
        this.count = groups.stream().mapToInt(RemoteGroup::count).sum();
        this.actionNumbers =
                Math.multiplyExact(count, specification.actionSpace().size());
    }

    @Override
    public EnvironmentSpecification specification() {
        return specification;
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public void reset(long seed, VectorTimeStep first) {
        if (seed < 0) {
            throw new InvalidInputException(
                    specification.id() + ": the seed must be in 0 … 9223372036854775807: " + seed);
        }
        checkShape(first);
        requireUsable();
        if (pending) {
            throw new IllegalStateException(specification.id() + ": a step is under way, receive comes first");
        }
        ready = false;
        long next = seed;
        for (RemoteGroup group : groups) {
            Reset.Builder reset = Reset.newBuilder();
            for (int i = 0; i < group.count(); i++) {
                reset.addSeeds(next);
                next = (next + 1) & Long.MAX_VALUE;
            }
            group.sendReset(reset.build());
        }
        receiveAll(first);
        ready = true;
    }

    @Override
    public void send(double[] actions) {
        requireUsable();
        requireReady();
        if (actions.length != actionNumbers) {
            throw new IllegalArgumentException(specification.id() + ": " + actionNumbers
                    + " numbers are one action for each of " + count + " environments: " + actions.length);
        }
        pending = true;
        steps.clear();
        try {
            for (RemoteGroup group : groups) {
                steps.add(group.stepOf(actions));
            }
        } catch (InvalidInputException action) { // none steps, and receive says why
            refused = action;
            return;
        }
        groups.get(0).sendTogether(() -> {
            for (int i = 0; i < steps.size(); i++) {
                groups.get(i).send(steps.get(i));
            }
        });
    }

    @Override
    public void receive(VectorTimeStep next) {
        requireUsable();
        if (!pending) {
            throw new IllegalStateException(specification.id() + ": receive comes after send");
        }
        checkShape(next);
        pending = false;
        ready = false; // if a group refuses, the rows no longer belong together
        InvalidInputException action = refused;
        if (action != null) {
            refused = null;
            throw action;
        }
        receiveAll(next);
        ready = true;
    }

    /** Waits for all groups, so that all stay usable if one only refuses. */
    private void receiveAll(VectorTimeStep step) {
        RuntimeException first = null;
        for (RemoteGroup group : groups) {
            try {
                group.receive(step);
            } catch (RuntimeException thrown) {
                if (group.hasFailed()) {
                    broken = group;
                    groups.forEach(RemoteGroup::requestClose);
                    throw thrown;
                }
                first = first == null ? thrown : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    @Override
    public Optional<byte[]> snapshot() {
        requireUsable();
        requireReady();
        return Optional.empty();
    }

    @Override
    public void restore(byte[] snapshot) {
        throw new UnsupportedOperationException(specification.id() + " cannot be restored from a snapshot");
    }

    @Override
    public void close() {
        groups.forEach(RemoteGroup::requestClose);
        groups.forEach(RemoteGroup::close);
    }

    private void requireUsable() {
        if (broken != null) {
            broken.requireUsable();
        }
        groups.forEach(RemoteGroup::requireUsable);
    }

    private void requireReady() {
        if (pending) {
            throw new IllegalStateException(specification.id() + ": a step is under way, receive comes first");
        }
        if (!ready) {
            throw new IllegalStateException(specification.id() + ": reset comes first");
        }
    }

    private void checkShape(VectorTimeStep step) {
        int size = specification.observationSpace().size();
        if (step.count() != count || step.observationSize() != size) {
            throw new IllegalArgumentException(specification.id() + ": the time step must have room for " + count
                    + " × " + size + " numbers: " + step.count() + " × " + step.observationSize());
        }
    }
}
