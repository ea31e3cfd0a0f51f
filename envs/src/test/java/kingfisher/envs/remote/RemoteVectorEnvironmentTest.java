package kingfisher.envs.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import kingfisher.envs.Environment;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.VectorEnvironment;
import kingfisher.envs.VectorEnvironmentContract;
import kingfisher.envs.VectorTimeStep;
import kingfisher.envs.registry.Environments;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** All environments in one group of one server. */
class RemoteVectorEnvironmentTest extends VectorEnvironmentContract {

    private static final String ENVIRONMENT = "CartPole-v1";

    private final NativeServers servers = new NativeServers(2);

    @AfterEach
    void close() {
        servers.close();
    }

    @Override
    protected VectorEnvironment createGroup(int count) {
        return servers.share(ENVIRONMENT, count, groups());
    }

    /** How many groups share the environments, half of them on each of two servers. */
    int groups() {
        return 1;
    }

    @Override
    protected Environment createOne() {
        return Environments.create(ENVIRONMENT, Map.of());
    }

    @Test
    void itCannotTellItsStateAndIsNotRestored() {
        try (VectorEnvironment group = createGroup(3)) {
            assertThatThrownBy(group::snapshot).isInstanceOf(IllegalStateException.class);
            group.reset(9, VectorTimeStep.of(group));

            assertThat(group.snapshot()).isEmpty();
            assertThatThrownBy(() -> group.restore(new byte[8]))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessage(servers.id(ENVIRONMENT) + " cannot be restored from a snapshot");
        }
    }

    @Test
    void anActionThatIsRefusedStepsNoneAndStopsAllUntilTheyAreReset() {
        try (VectorEnvironment group = createGroup(3)) {
            VectorTimeStep step = VectorTimeStep.of(group);
            group.reset(0, step);

            assertThatThrownBy(() -> group.step(new double[] {0, 1, 7}, step))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageStartingWith(servers.id(ENVIRONMENT) + ": ")
                    .hasMessageContaining("environment 2")
                    .hasMessageContaining("7.0");
            assertThatThrownBy(() -> group.step(new double[] {0, 1, 1}, step))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("reset comes first");

            group.reset(0, step);
            group.step(new double[] {0, 1, 1}, step);
            assertThat(step.rewards()).containsOnly(1);
        }
    }

    @Test
    void afterTheEndEveryUseIsRefusedByName() {
        VectorEnvironment group = createGroup(3);
        VectorTimeStep step = VectorTimeStep.of(group);
        group.reset(0, step);
        group.close();

        for (Runnable use : new Runnable[] {
            () -> group.reset(0, step), () -> group.send(new double[3]), () -> group.receive(step), group::snapshot
        }) {
            assertThatThrownBy(use::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(servers.id(ENVIRONMENT) + ": the environments are closed");
        }
    }

    @Test
    void itIsClosedInTheMiddleOfAStep() {
        VectorEnvironment group = createGroup(3);
        group.reset(0, VectorTimeStep.of(group));
        group.send(new double[3]);
        group.close();

        assertThatThrownBy(() -> group.send(new double[3])).hasMessageContaining("closed");
    }
}
