package kingfisher.experiments.suite;

import static kingfisher.experiments.suite.SuiteFixture.ACROBOT_0;
import static kingfisher.experiments.suite.SuiteFixture.CART_0;
import static kingfisher.experiments.suite.SuiteFixture.CART_1;
import static kingfisher.experiments.suite.SuiteFixture.SUITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import kingfisher.envs.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunSelectionTest {

    @Test
    void allConditionsHaveToHold() {
        assertThat(RunSelection.parse("algorithm=ppo, environment=CartPole-v1 ,seed=1", SUITE))
                .containsExactly(CART_1);
    }

    @Test
    void aKeyThatIsNotNamedLeavesAll() {
        assertThat(RunSelection.parse("seed=0", SUITE)).containsExactly(CART_0, ACROBOT_0);
    }

    @Test
    void valuesOfOneKeyAreAlternatives() {
        assertThat(RunSelection.parse("seed=1,environment=CartPole-v1,seed=0", SUITE))
                .containsExactly(CART_0, CART_1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Hopper-v5", "gym:Hopper-v5"})
    void gymnasiumsEnvironmentsGoByTheirOwnNamesToo(String name) {
        Suite suite = Suites.find("learning-ppo-mujoco");

        assertThat(RunSelection.parse("environment=" + name + ",seed=3", suite))
                .containsExactly(new RunKey("ppo", "gym:Hopper-v5", 3));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "seed                        | --only must be key=value,…: seed",
                "seed=0,                     | --only must be key=value,…: seed=0,",
                "sed=0                       | --only knows no sed; nearest: seed",
                "environment=CartPole-v0     | --only: small has no environment CartPole-v0; nearest: CartPole-v1, Acrobot-v1",
                "seed=7                      | --only: small has no seed 7; known: 0, 1",
                "environment=Acrobot-v1,seed=1 | --only leaves no run of small: environment=Acrobot-v1,seed=1"
            })
    void whatSelectsNothingIsToldInOneLine(String text, String message) {
        assertThatThrownBy(() -> RunSelection.parse(text, SUITE))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(message);
    }
}
