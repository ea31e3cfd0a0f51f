package kingfisher.agents.examples;

import java.util.OptionalDouble;
import java.util.OptionalInt;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.DiscreteSpace;
import kingfisher.envs.ElementType;
import kingfisher.envs.Environment;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.TimeStep;
import kingfisher.envs.random.Pcg64;

/** An environment of one's own: walk to the right end of a corridor of ten cells; each step costs one. */
final class Corridor implements Environment {

    private static final int LENGTH = 10;
    private static final int LIMIT = 50;

    private Pcg64 random = new Pcg64(0);
    private int position;
    private int elapsed;

    @Override
    public EnvironmentSpecification specification() {
        return new EnvironmentSpecification(
                "Corridor",
                BoxSpace.uniform(1, 0, 1, ElementType.FLOAT64),
                new DiscreteSpace(2, 0),
                OptionalInt.of(LIMIT),
                OptionalDouble.of(-10));
    }

    @Override
    public double[] reset(long seed) {
        random = new Pcg64(seed);
        return reset();
    }

    @Override
    public double[] reset() {
        position = (int) (random.nextDouble() * 3);
        elapsed = 0;
        return observation();
    }

    @Override
    public TimeStep step(double[] action) {
        position = Math.max(0, position + (action[0] == 1 ? 1 : -1));
        elapsed++;
        return new TimeStep(observation(), -1, position == LENGTH, elapsed == LIMIT);
    }

    private double[] observation() {
        return new double[] {(double) position / LENGTH};
    }
}
