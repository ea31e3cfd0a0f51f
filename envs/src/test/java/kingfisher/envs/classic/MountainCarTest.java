package kingfisher.envs.classic;

import static org.assertj.core.api.Assertions.assertThat;

import kingfisher.envs.Environment;
import kingfisher.envs.RestorableEnvironmentContract;
import kingfisher.envs.wrapper.TimeLimit;
import org.junit.jupiter.api.Test;

class MountainCarTest extends RestorableEnvironmentContract {

    @Override
    protected Environment create() {
        return new TimeLimit(MountainCar.v0(0), 200);
    }

    @Test
    void theReferenceStepsAreReproduced() {
        MountainCar environment = MountainCar.v0(0);

        assertThat(environment.reset(0)).containsExactly((float) -0.4726076625357092, 0);
        double[][] observations = new double[10][];
        for (int t = 0; t < 10; t++) {
            observations[t] = environment.step(new double[] {t % 3}).observation();
        }
        assertThat(observations[0]).containsExactly(-0.4739885926246643, -0.0013809435768052936);
        assertThat(observations[9]).containsExactly(-0.498293399810791, -0.00412742281332612);
    }

    @Test
    void limitAndThresholdAreThoseOfGymnasium() {
        assertThat(MountainCar.v0(0).specification().timeLimit()).hasValue(200);
        assertThat(MountainCar.v0(0).specification().rewardThreshold()).hasValue(-110);
        assertThat(MountainCar.v0(0).specification().actionSpace()).hasToString("Discrete(3)");
    }
}
