package kingfisher.agents.cli;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.CompositeSpace;
import kingfisher.envs.DiscreteSpace;
import kingfisher.envs.ElementType;
import kingfisher.envs.Environment;
import kingfisher.envs.EnvironmentFailureException;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.Space;
import kingfisher.envs.TimeStep;
import kingfisher.envs.random.Pcg64;

/** Draws a number each step, ten steps an episode, and fails in the way that its id says; see {@link OddEnvironments}. */
final class OddEnvironment implements Environment {

    /** More than one update and one evaluation need, and less than two updates. */
    static final int GOOD_STEPS = 40;

    private static final int LENGTH = 10;
    private static final Space NUMBER = BoxSpace.uniform(1, 0, 1, ElementType.FLOAT64);
    private static final Space PARTS = new CompositeSpace(List.of(
            new CompositeSpace.Part("number", NUMBER), new CompositeSpace.Part("choice", new DiscreteSpace(4))));

    private final String id;
    private final Space observations;
    private final Space actions;
    private Pcg64 random = new Pcg64(0);
    private int steps;

    OddEnvironment(String id, Space actions) {
        this.id = id;
        this.observations = id.equals(OddEnvironments.PARTS) ? PARTS : NUMBER;
        this.actions = actions;
    }

    @Override
    public EnvironmentSpecification specification() {
        return new EnvironmentSpecification(id, observations, actions, OptionalInt.of(LENGTH), OptionalDouble.empty());
    }

    @Override
    public double[] reset(long seed) {
        random = new Pcg64(seed);
        return reset();
    }

    @Override
    public double[] reset() {
        return observations.sample(random);
    }

    @Override
    public TimeStep step(double[] action) {
        steps++;
        double reward = action[0];
        if (steps > GOOD_STEPS && id.equals(OddEnvironments.BREAKING)) {
            throw new IllegalStateException("the robot fell over");
        }
        if (steps > GOOD_STEPS && id.equals(OddEnvironments.LOST)) {
            throw new EnvironmentFailureException(id + ": its server is gone; see to it that it runs");
        }
        if (steps > GOOD_STEPS && id.equals(OddEnvironments.UNPAID)) {
            reward = Double.NaN;
        }
        return new TimeStep(observations.sample(random), reward, false, false);
    }
}
