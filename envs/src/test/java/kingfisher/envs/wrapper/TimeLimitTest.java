package kingfisher.envs.wrapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import kingfisher.envs.Environment;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.RestorableEnvironmentContract;
import kingfisher.envs.SnapshotWriter;
import kingfisher.envs.TimeStep;
import kingfisher.envs.classic.CartPole;
import kingfisher.envs.classic.Pendulum;
import org.junit.jupiter.api.Test;

class TimeLimitTest extends RestorableEnvironmentContract {

    private static final double[] PUSH = {1};

    @Override
    protected Environment create() {
        return new TimeLimit(Pendulum.v1(10), 30);
    }

    @Test
    void truncatesAtTheLimitAndCountsAnewAfterAReset() {
        Environment environment = new TimeLimit(Pendulum.v1(10), 3);
        environment.reset(0);
        for (int episode = 0; episode < 2; episode++) {
            assertThat(environment.step(PUSH).truncated()).isFalse();
            assertThat(environment.step(PUSH).truncated()).isFalse();
            assertThat(environment.step(PUSH).truncated()).isTrue();
            environment.reset();
        }
        environment.step(PUSH);
        environment.reset(0);
        assertThat(environment.step(PUSH).truncated()).isFalse();
        assertThat(environment.step(PUSH).truncated()).isFalse();
        assertThat(environment.step(PUSH).truncated()).isTrue();
    }

    @Test
    void aStepThatTerminatesAtTheLimitIsBoth() {
        int length = stepsUntilEnd(CartPole.v1(false));
        Environment environment = new TimeLimit(CartPole.v1(false), length);
        environment.reset(0);
        for (int i = 1; i < length; i++) {
            environment.step(PUSH);
        }

        TimeStep last = environment.step(PUSH);

        assertThat(last.terminated()).isTrue();
        assertThat(last.truncated()).isTrue();
    }

    private static int stepsUntilEnd(Environment environment) {
        environment.reset(0);
        int steps = 1;
        while (!environment.step(PUSH).ended()) {
            steps++;
        }
        return steps;
    }

    @Test
    void theSpecificationNamesTheLimit() {
        assertThat(new TimeLimit(CartPole.v1(false), 7).specification())
                .isEqualTo(CartPole.v1(false).specification().withTimeLimit(7));
        assertThatThrownBy(() -> new TimeLimit(CartPole.v1(false), 0)).hasMessageContaining("at least 1: 0");
    }

    @Test
    void aSnapshotWithANegativeCountIsRefused() {
        byte[] snapshot = new SnapshotWriter("the time limit of Pendulum-v1")
                .putLong(-1)
                .putBytes(new byte[0])
                .toByteArray();

        assertThatThrownBy(() -> create().restore(snapshot))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("-1");
    }
}
