package kingfisher.envs.classic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import kingfisher.envs.Environment;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.RestorableEnvironmentContract;
import kingfisher.envs.TimeStep;
import kingfisher.envs.wrapper.TimeLimit;
import org.junit.jupiter.api.Test;

class CartPoleTest extends RestorableEnvironmentContract {

    private static final double[] RIGHT = {1};

    @Override
    protected Environment create() {
        return new TimeLimit(CartPole.v1(false), 500);
    }

    @Test
    void theReferenceStepIsReproduced() {
        CartPole environment = CartPole.v1(false);

        assertThat(environment.reset(42))
                .containsExactly(
                        (float) 0.027395604855596334,
                        (float) -0.006112156024794771,
                        (float) 0.03585979199113824,
                        (float) 0.019736802905936393);
        assertThat(environment.step(RIGHT))
                .isEqualTo(new TimeStep(
                        new double[] {
                            0.02727336250245571, 0.18847766518592834, 0.036254528909921646, -0.26141977310180664
                        },
                        1,
                        false,
                        false));
    }

    @Test
    void theRewardIsZeroAfterTheFall() {
        CartPole environment = CartPole.v1(false);
        environment.reset(0);
        TimeStep step = environment.step(RIGHT);
        while (!step.terminated()) {
            assertThat(step.reward()).isEqualTo(1);
            step = environment.step(RIGHT);
        }

        assertThat(step.reward()).isEqualTo(1);
        assertThat(environment.step(RIGHT).reward()).isZero();
        environment.reset();
        assertThat(environment.step(RIGHT).reward()).isEqualTo(1);
    }

    @Test
    void theRewardOfSuttonAndBartoIsMinusOneForTheFall() {
        CartPole environment = CartPole.v1(true);
        environment.reset(0);
        TimeStep step = environment.step(RIGHT);
        while (!step.terminated()) {
            assertThat(step.reward()).isZero();
            step = environment.step(RIGHT);
        }

        assertThat(step.reward()).isEqualTo(-1);
    }

    @Test
    void theTwoVersionsDifferInLimitAndThreshold() {
        assertThat(CartPole.v0(false).specification().timeLimit()).hasValue(200);
        assertThat(CartPole.v0(false).specification().rewardThreshold()).hasValue(195);
        assertThat(CartPole.v1(false).specification().timeLimit()).hasValue(500);
        assertThat(CartPole.v1(false).specification().rewardThreshold()).hasValue(475);
    }

    @Test
    void spacesAreThoseOfGymnasium() {
        assertThat(CartPole.v1(false).specification().observationSpace())
                .hasToString(
                        "Box([-4.8 -Infinity -0.41887903 -Infinity], [4.8 Infinity 0.41887903 Infinity], (4,), float32)");
        assertThat(CartPole.v1(false).specification().actionSpace()).hasToString("Discrete(2)");
    }

    @Test
    void anActionOutsideTheSpaceIsNamedWithWhatIsAccepted() {
        CartPole environment = CartPole.v1(false);
        environment.reset(0);

        for (double action : new double[] {2, -1, 0.5, Double.NaN}) {
            assertThatThrownBy(() -> environment.step(new double[] {action}))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessage("CartPole-v1: the action must be a whole number in 0 … 1: [" + action + "]");
        }
    }
}
