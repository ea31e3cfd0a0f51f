package kingfisher.envs.wrapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kingfisher.envs.Environment;
import kingfisher.envs.FakeEnvironment;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.RestorableEnvironmentContract;
import kingfisher.envs.TimeStep;
import org.junit.jupiter.api.Test;

class OrderEnforcingTest extends RestorableEnvironmentContract {

    private static final double[] RIGHT = {1};

    @Override
    protected Environment create() {
        return new OrderEnforcing(new FakeEnvironment() {
            @Override
            public TimeStep step(double[] action) {
                if (generator == null) {
                    throw new AssertionError("must not be reached");
                }
                if (!SPECIFICATION.actionSpace().contains(action)) {
                    throw new InvalidInputException("Fake-v0: no action: " + Arrays.toString(action));
                }
                return super.step(action);
            }
        });
    }

    @Test
    void aSnapshotBeforeTheResetIsRefused() {
        assertThatThrownBy(create()::snapshot)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Fake-v0: snapshot needs a reset with a seed before it");
    }

    @Test
    void everythingAfterCloseIsRefused() {
        Environment environment = create();
        environment.reset(0);
        byte[] snapshot = environment.snapshot().orElseThrow();
        environment.close();

        assertThatThrownBy(() -> environment.step(RIGHT)).hasMessage("Fake-v0: step after close");
        assertThatThrownBy(() -> environment.reset(0)).hasMessage("Fake-v0: reset after close");
        assertThatThrownBy(environment::reset).hasMessage("Fake-v0: reset without a seed after close");
        assertThatThrownBy(() -> environment.restore(snapshot)).hasMessage("Fake-v0: restore after close");
    }

    @Test
    void theInnerEnvironmentIsClosedOnce() {
        List<String> calls = new ArrayList<>();
        Environment environment = new OrderEnforcing(new FakeEnvironment() {
            @Override
            public void close() {
                calls.add("close");
            }
        });
        environment.close();
        environment.close();

        assertThat(calls).containsExactly("close");
    }
}
