package kingfisher.envs.remote;

import java.util.Arrays;
import kingfisher.env.v1.Reset;
import kingfisher.envs.Environment;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.TimeStep;
import kingfisher.envs.VectorTimeStep;

/** One environment on a server; the order of calls is not checked here. */
final class RemoteEnvironment implements Environment {

    private final RemoteGroup group;
    private final VectorTimeStep step;

    /** The environment of a group of one that leaves ended episodes alone; owned from now on. */
    RemoteEnvironment(RemoteGroup group) {
        this.group = group;
        this.step =
                new VectorTimeStep(1, group.specification().observationSpace().size());
    }

    @Override
    public EnvironmentSpecification specification() {
        return group.specification();
    }

    @Override
    public double[] reset(long seed) {
        return reset(Reset.newBuilder().addSeeds(seed).build());
    }

    @Override
    public double[] reset() {
        return reset(Reset.getDefaultInstance());
    }

    private double[] reset(Reset reset) {
        group.sendReset(reset);
        group.receive(step);
        return step.observations().clone();
    }

    @Override
    public TimeStep step(double[] action) {
        EnvironmentSpecification specification = group.specification();
        if (action.length != specification.actionSpace().size()) {
            throw new InvalidInputException(specification.id() + ": the action must be one of "
                    + Failures.oneLine(specification.actionSpace() + ": " + Arrays.toString(action)));
        }
        group.sendStep(action);
        group.receive(step);
        return new TimeStep(step.observations().clone(), step.rewards()[0], step.terminated()[0], step.truncated()[0]);
    }

    @Override
    public void close() {
        group.close();
    }
}
