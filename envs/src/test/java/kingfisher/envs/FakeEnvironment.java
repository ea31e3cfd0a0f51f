package kingfisher.envs;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import kingfisher.envs.random.Pcg64;
import org.jspecify.annotations.Nullable;

/** A random walk on [−1, 1] that keeps the contract; tests break it one method at a time. */
public class FakeEnvironment implements Environment {

    /** Two actions, one number between −1 and 1, at most 50 steps. */
    protected static final EnvironmentSpecification SPECIFICATION = new EnvironmentSpecification(
            "Fake-v0",
            BoxSpace.uniform(1, -1, 1, ElementType.FLOAT64),
            new DiscreteSpace(2),
            OptionalInt.of(50),
            OptionalDouble.empty());

    protected @Nullable Pcg64 generator;
    protected double position;
    protected int elapsed;

    @Override
    public EnvironmentSpecification specification() {
        return SPECIFICATION;
    }

    @Override
    public double[] reset(long seed) {
        generator = new Pcg64(seed);
        return reset();
    }

    @Override
    public double[] reset() {
        position = generator().uniform(-0.5, 0.5);
        elapsed = 0;
        return observe(position);
    }

    @Override
    public TimeStep step(double[] action) {
        generator();
        if (!SPECIFICATION.actionSpace().contains(action)) {
            throw new InvalidInputException("Fake-v0: the action must be 0 or 1");
        }
        position += 0.2 * (action[0] - 0.5) + generator().uniform(-0.1, 0.1);
        elapsed++;
        boolean terminated = Math.abs(position) > 0.8;
        return new TimeStep(observe(position), reward(), terminated, elapsed >= 50);
    }

    protected double[] observe(double where) {
        return new double[] {where};
    }

    protected double reward() {
        return 1;
    }

    @Override
    public Optional<byte[]> snapshot() {
        return Optional.of(new SnapshotWriter("Fake-v0")
                .putLongs(generator().state())
                .putDoubles(position)
                .putLong(elapsed)
                .toByteArray());
    }

    @Override
    public void restore(byte[] snapshot) {
        SnapshotReader reader = new SnapshotReader("Fake-v0", snapshot);
        generator = new Pcg64(reader.getLongs());
        position = reader.getDouble();
        elapsed = (int) reader.getLong();
        reader.end();
    }

    /** The generator, once seeded. */
    protected final Pcg64 generator() {
        Pcg64 seeded = generator;
        if (seeded == null) {
            throw new IllegalStateException("Fake-v0: reset comes first");
        }
        return seeded;
    }
}
