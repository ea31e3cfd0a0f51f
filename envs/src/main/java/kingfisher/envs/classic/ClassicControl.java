package kingfisher.envs.classic;

import java.util.Arrays;
import java.util.Optional;
import kingfisher.envs.Environment;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.SnapshotReader;
import kingfisher.envs.SnapshotWriter;
import kingfisher.envs.TimeStep;
import kingfisher.envs.random.Pcg64;
import org.jspecify.annotations.Nullable;

/** What the classic control tasks share: the seeded generator, checks of actions, and snapshots of state and generator. */
abstract class ClassicControl implements Environment {

    private final EnvironmentSpecification specification;
    private @Nullable Pcg64 generator;

    ClassicControl(EnvironmentSpecification specification) {
        this.specification = specification;
    }

    /** Draws the first state of an episode and returns its observation. */
    abstract double[] start(Pcg64 random);

    /** Acts once on a started episode. */
    abstract TimeStep advance(double[] action);

    /** Appends the state of the task. */
    abstract void save(SnapshotWriter writer);

    /** Takes over what {@link #save} appended. */
    abstract void load(SnapshotReader reader);

    @Override
    public final EnvironmentSpecification specification() {
        return specification;
    }

    @Override
    public final double[] reset(long seed) {
        if (seed < 0) {
            throw new InvalidInputException(
                    specification.id() + ": the seed must be in 0 … 9223372036854775807: " + seed);
        }
        Pcg64 seeded = new Pcg64(seed);
        generator = seeded;
        return start(seeded);
    }

    @Override
    public final double[] reset() {
        return start(requireSeeded("reset without a seed"));
    }

    @Override
    public final TimeStep step(double[] action) {
        requireSeeded("step");
        return advance(action);
    }

    @Override
    public final Optional<byte[]> snapshot() {
        SnapshotWriter writer = new SnapshotWriter(specification.id());
        writer.putLongs(requireSeeded("snapshot").state());
        save(writer);
        return Optional.of(writer.toByteArray());
    }

    @Override
    public final void restore(byte[] snapshot) {
        SnapshotReader reader = new SnapshotReader(specification.id(), snapshot);
        Pcg64 restored = restoreGenerator(reader.getLongs());
        load(reader);
        reader.end();
        generator = restored;
    }

    private Pcg64 restoreGenerator(long[] state) {
        try {
            return new Pcg64(state);
        } catch (IllegalArgumentException e) {
            throw new InvalidInputException("the snapshot of " + specification.id() + " is damaged: " + e.getMessage());
        }
    }

    private Pcg64 requireSeeded(String call) {
        Pcg64 seeded = generator;
        if (seeded == null) {
            throw new IllegalStateException(specification.id() + ": " + call + " needs a reset with a seed before it");
        }
        return seeded;
    }

    /** The number of a discrete action out of {@code count}. */
    final int discreteAction(double[] action, int count) {
        if (action.length == 1) {
            int number = (int) action[0];
            if (number == action[0] && number >= 0 && number < count) {
                return number;
            }
        }
        throw new InvalidInputException(specification.id() + ": the action must be a whole number in 0 … " + (count - 1)
                + ": " + Arrays.toString(action));
    }

    /** The only element of a continuous action, as the single-precision number that Gymnasium's action space makes of it. */
    final float continuousAction(double[] action) {
        if (action.length != 1 || Double.isNaN(action[0])) {
            throw new InvalidInputException(
                    specification.id() + ": the action must be one number: " + Arrays.toString(action));
        }
        return (float) action[0];
    }
}
