package kingfisher.envs.server;

import java.util.Map;
import kingfisher.env.v1.CreateGroupResponse;
import kingfisher.env.v1.Step;
import kingfisher.envs.Space;
import kingfisher.envs.random.Pcg64;
import kingfisher.envs.registry.Environments;
import kingfisher.envs.wire.RowTensors;
import kingfisher.envs.wire.SpaceLayout;
import kingfisher.envs.wire.SpaceWriter;

/** Requests for steps. */
final class Steps {

    private Steps() {}

    /** Actions from an environment's space, the same each time. */
    static Step sample(String environment, int count) {
        return sample(Environments.specification(environment, Map.of()).actionSpace(), count, new Pcg64(5));
    }

    static Step sample(Space space, int count, Pcg64 generator) {
        double[] actions = new double[count * space.size()];
        for (int n = 0; n < count; n++) {
            System.arraycopy(space.sample(generator), 0, actions, n * space.size(), space.size());
        }
        return of(space, actions);
    }

    /** The request with these actions, [N × action size]. */
    static Step of(Space space, double... actions) {
        int count = actions.length / space.size();
        SpaceLayout layout = SpaceLayout.read(SpaceWriter.write(space), "the action space");
        return Step.newBuilder()
                .addAllActions(new RowTensors(layout, "action", 0, count).write(actions))
                .build();
    }

    static SpaceLayout observations(CreateGroupResponse made) {
        return SpaceLayout.read(made.getSpecification().getObservationSpace(), "the observation space");
    }

    static SpaceLayout actions(CreateGroupResponse made) {
        return SpaceLayout.read(made.getSpecification().getActionSpace(), "the action space");
    }
}
