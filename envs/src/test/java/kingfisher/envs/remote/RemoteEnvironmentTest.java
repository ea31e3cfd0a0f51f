package kingfisher.envs.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import kingfisher.envs.Environment;
import kingfisher.envs.EnvironmentContract;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.random.Pcg64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RemoteEnvironmentTest extends EnvironmentContract {

    private final NativeServers servers = new NativeServers(1);
    private final EnvironmentOpener opener = new EnvironmentOpener(ConnectionOptions.DEFAULT);
    private final Queue<Environment> made = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() {
        made.forEach(Environment::close);
        opener.close();
        servers.close();
    }

    @Override
    protected Environment create() {
        Environment environment = opener.open(servers.id("CartPole-v1"), Map.of());
        made.add(environment);
        return environment;
    }

    /** A step takes longer there and back, and the episodes are short. */
    @Override
    protected int steps() {
        return 100;
    }

    @Test
    void itCannotTellItsStateAndIsNotRestored() {
        Environment environment = create();
        environment.reset(8);

        assertThat(environment.snapshot()).isEmpty();
        assertThatThrownBy(() -> environment.restore(new byte[8]))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage(environment.specification().id() + " cannot be restored from a snapshot");
    }

    @Test
    void anActionOutsideItsSpaceChangesNothing() {
        Environment environment = create();
        environment.reset(4);
        double[] action = environment.specification().actionSpace().sample(new Pcg64(0));

        assertThatThrownBy(() -> environment.step(new double[] {2}))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(environment.specification().id() + ": ")
                .hasMessageContaining("2.0")
                .hasMessageContaining("Discrete(2)");

        Environment untouched = create();
        untouched.reset(4);
        assertThat(environment.step(action)).isEqualTo(untouched.step(action));
    }
}
