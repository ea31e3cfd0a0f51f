package kingfisher.agents.rollout;

import java.util.OptionalDouble;
import java.util.OptionalInt;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.DiscreteSpace;
import kingfisher.envs.ElementType;
import kingfisher.envs.Environment;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.TimeStep;

/** Shows how often it was stepped since it was made, pays that number, and ends episodes after a fixed number of steps. */
final class CountingEnvironment implements Environment {

    private final int length;
    private final boolean terminates;
    private int total;
    private int elapsed;

    CountingEnvironment(int length, boolean terminates) {
        this.length = length;
        this.terminates = terminates;
    }

    @Override
    public EnvironmentSpecification specification() {
        return new EnvironmentSpecification(
                "Counting",
                BoxSpace.uniform(1, -1000, 1000, ElementType.FLOAT64),
                new DiscreteSpace(2, 0),
                OptionalInt.empty(),
                OptionalDouble.empty());
    }

    @Override
    public double[] reset(long seed) {
        return reset();
    }

    @Override
    public double[] reset() {
        elapsed = 0;
        return new double[] {-total};
    }

    @Override
    public TimeStep step(double[] action) {
        total++;
        elapsed++;
        boolean ends = elapsed == length;
        return new TimeStep(new double[] {total}, total, ends && terminates, ends && !terminates);
    }
}
