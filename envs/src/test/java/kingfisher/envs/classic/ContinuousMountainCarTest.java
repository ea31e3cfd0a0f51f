package kingfisher.envs.classic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import kingfisher.envs.Environment;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.RestorableEnvironmentContract;
import kingfisher.envs.TimeStep;
import kingfisher.envs.wrapper.TimeLimit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContinuousMountainCarTest extends RestorableEnvironmentContract {

    @Override
    protected Environment create() {
        return new TimeLimit(ContinuousMountainCar.v0(0), 999);
    }

    @ParameterizedTest
    @CsvSource({"0, 479, 76.32365877890376", "123, 478, 76.36281679405923"})
    void theReferenceEpisodesAreReproduced(long seed, int length, double expectedReturn) {
        ContinuousMountainCar environment = ContinuousMountainCar.v0(0);
        environment.reset(seed);
        double total = 0;
        for (int t = 0; t < length; t++) {
            TimeStep step = environment.step(new double[] {(float) Math.sin(0.1 * t)});
            total += step.reward();
            assertThat(step.terminated()).as("step %d", t).isEqualTo(t == length - 1);
        }

        assertThat(total).isEqualTo(expectedReturn);
    }

    @Test
    void theRewardIsThatOfTheUnclampedAction() {
        ContinuousMountainCar environment = ContinuousMountainCar.v0(0);
        environment.reset(0);
        TimeStep strong = environment.step(new double[] {3});
        environment.reset(0);
        TimeStep bound = environment.step(new double[] {1});

        assertThat(strong.observation()).isEqualTo(bound.observation());
        assertThat(strong.reward()).isEqualTo(-0.9);
        assertThat(bound.reward()).isEqualTo(-0.1);
    }

    @Test
    void anActionThatIsNoNumberIsRefused() {
        ContinuousMountainCar environment = ContinuousMountainCar.v0(0);
        environment.reset(0);

        assertThatThrownBy(() -> environment.step(new double[] {Double.NaN}))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("MountainCarContinuous-v0: the action must be one number: [NaN]");
    }

    @Test
    void limitAndThresholdAreThoseOfGymnasium() {
        assertThat(ContinuousMountainCar.v0(0).specification().timeLimit()).hasValue(999);
        assertThat(ContinuousMountainCar.v0(0).specification().rewardThreshold())
                .hasValue(90);
        assertThat(ContinuousMountainCar.v0(0).specification().actionSpace())
                .hasToString("Box(-1.0, 1.0, (1,), float32)");
    }
}
