package kingfisher.envs.classic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import kingfisher.envs.Environment;
import kingfisher.envs.RestorableEnvironmentContract;
import kingfisher.envs.TimeStep;
import kingfisher.envs.wrapper.TimeLimit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PendulumTest extends RestorableEnvironmentContract {

    @Override
    protected Environment create() {
        return new TimeLimit(Pendulum.v1(10), 200);
    }

    @ParameterizedTest
    @CsvSource({"0, -1196.4401552631964", "123, -1197.4225761851935"})
    void theReferenceEpisodesAreReproduced(long seed, double expectedReturn) {
        Environment environment = create();
        environment.reset(seed);
        double total = 0;
        for (int t = 0; t < 200; t++) {
            TimeStep step = environment.step(new double[] {(float) (2 * Math.sin(0.1 * t))});
            total += step.reward();
            assertThat(step.truncated()).as("step %d", t).isEqualTo(t == 199);
            assertThat(step.terminated()).isFalse();
        }

        assertThat(total).isCloseTo(expectedReturn, within(1e-8));
    }

    @Test
    void anActionBeyondTheBoundsIsClipped() {
        Pendulum environment = Pendulum.v1(10);
        environment.reset(0);
        TimeStep clipped = environment.step(new double[] {-50});
        environment.reset(0);

        assertThat(environment.step(new double[] {-2})).isEqualTo(clipped);
    }

    @Test
    void limitAndSpacesAreThoseOfGymnasium() {
        assertThat(Pendulum.v1(10).specification().timeLimit()).hasValue(200);
        assertThat(Pendulum.v1(10).specification().rewardThreshold()).isEmpty();
        assertThat(Pendulum.v1(10).specification().observationSpace())
                .hasToString("Box([-1.0 -1.0 -8.0], [1.0 1.0 8.0], (3,), float32)");
    }
}
