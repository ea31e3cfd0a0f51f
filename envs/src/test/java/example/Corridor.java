package example;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import kingfisher.envs.DiscreteSpace;
import kingfisher.envs.Environment;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.SnapshotReader;
import kingfisher.envs.SnapshotWriter;
import kingfisher.envs.TimeStep;
import kingfisher.envs.random.Pcg64;

/** A corridor to walk along to its end, on a floor that is slippery: one step in ten goes the other way. */
public final class Corridor implements Environment {

    private static final String ID = "Corridor-v0";

    private final int length;
    private final EnvironmentSpecification specification;
    private Pcg64 generator = new Pcg64(0);
    private int place;

    /** A corridor with {@code length} places, at least 2. */
    public Corridor(int length) {
        if (length < 2) {
            throw new InvalidInputException(ID + ": argument length must be at least 2: " + length);
        }
        this.length = length;
        this.specification = new EnvironmentSpecification(
                ID, new DiscreteSpace(length), new DiscreteSpace(2), OptionalInt.of(100), OptionalDouble.empty());
    }

    @Override
    public EnvironmentSpecification specification() {
        return specification;
    }

    @Override
    public double[] reset(long seed) {
        generator = new Pcg64(seed);
        return reset();
    }

    @Override
    public double[] reset() {
        place = (int) generator.integers(0, length - 1);
        return new double[] {place};
    }

    @Override
    public TimeStep step(double[] action) {
        if (!specification.actionSpace().contains(action)) {
            throw new InvalidInputException(ID + ": the action must be 0 (back) or 1 (on)");
        }
        boolean slips = generator.nextDouble() < 0.1;
        boolean on = action[0] == 1 != slips;
        place = Math.max(0, place + (on ? 1 : -1));
        boolean arrived = place == length - 1;
        return new TimeStep(new double[] {place}, arrived ? 1 : -0.01, arrived, false);
    }

    @Override
    public Optional<byte[]> snapshot() {
        return Optional.of(new SnapshotWriter(ID)
                .putLongs(generator.state())
                .putLong(place)
                .toByteArray());
    }

    @Override
    public void restore(byte[] snapshot) {
        SnapshotReader reader = new SnapshotReader(ID, snapshot);
        generator = new Pcg64(reader.getLongs());
        place = (int) reader.getLong();
        reader.end();
    }
}
