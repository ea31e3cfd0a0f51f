package kingfisher.envs.classic;

import static org.assertj.core.api.Assertions.assertThat;

import kingfisher.envs.Environment;
import kingfisher.envs.RestorableEnvironmentContract;
import kingfisher.envs.wrapper.TimeLimit;
import org.junit.jupiter.api.Test;

class AcrobotTest extends RestorableEnvironmentContract {

    @Override
    protected Environment create() {
        return new TimeLimit(Acrobot.v1(), 500);
    }

    @Test
    void theReferenceStepsAreReproduced() {
        Acrobot environment = Acrobot.v1();
        environment.reset(0);
        double[][] observations = new double[10][];
        for (int t = 0; t < 10; t++) {
            observations[t] = environment.step(new double[] {t % 3}).observation();
        }

        assertThat(observations[0])
                .containsExactly(
                        0.9998245239257812,
                        0.018732452765107155,
                        0.9957460165023804,
                        -0.09214022010564804,
                        0.00529763987287879,
                        -0.3585253953933716);
        assertThat(observations[9])
                .containsExactly(
                        0.9997739195823669,
                        0.021261990070343018,
                        0.997795581817627,
                        0.06636261194944382,
                        0.21498532593250275,
                        -0.14612743258476257);
    }

    @Test
    void limitAndThresholdAreThoseOfGymnasium() {
        assertThat(Acrobot.v1().specification().timeLimit()).hasValue(500);
        assertThat(Acrobot.v1().specification().rewardThreshold()).hasValue(-100);
        assertThat(Acrobot.v1().specification().observationSpace())
                .hasToString("Box([-1.0 -1.0 -1.0 -1.0 -12.566371 -28.274334],"
                        + " [1.0 1.0 1.0 1.0 12.566371 28.274334], (6,), float32)");
    }
}
