package kingfisher.agents.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import kingfisher.envs.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PpoSettingsTest {
    private final AlgorithmSettings ppo = AlgorithmSettings.find("ppo");

    private Settings settings(String assignments) {
        return SettingsResolver.resolve(ppo, Optional.empty(), Optional.empty(), List.of(assignments.split(" ")));
    }

    @Test
    void twoGroupsNeedAnEvenNumberOfEnvironments() {
        Settings two = ppo.defaults().with("environment-groups", "2", "--set");

        ppo.check(two.with("environments", "6", "--set").with("minibatch-size", "64", "--set"));
        assertThatThrownBy(() -> ppo.check(two.with("environments", "3", "my.yaml:2")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("environments must be even where environment-groups is 2: 3 (my.yaml:2)");
        assertThatThrownBy(() -> two.with("environment-groups", "3", "--set"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("environment-groups must be a whole number from 1 to 2: 3");
    }

    @Test
    void theDefaultsFitEachOther() {
        ppo.check(ppo.defaults());
        assertThat(ppo.name()).isEqualTo("ppo");
    }

    @Test
    void everyKeyOfTheContractIsThere() {
        assertThat(ppo.settings().keys())
                .contains("environments", "rollout-steps", "discount", "gae-lambda", "normalize-observations")
                .contains("normalize-rewards", "clip-observations", "clip-rewards")
                .contains("hidden", "critic-hidden", "activation", "shared-network", "initial-log-std")
                .contains("learning-rate", "learning-rate-schedule", "optimizer", "max-gradient-norm")
                .contains("minibatch-size", "epochs", "clip", "clip-schedule", "value-clip", "entropy-coefficient")
                .contains("value-coefficient", "normalize-advantages", "target-kl")
                .contains("evaluation-interval", "evaluation-episodes", "checkpoint-interval", "stop-at-return");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "environments=8 rollout-steps=128 minibatch-size=100"
                        + " | minibatch-size must divide 1024 (environments × rollout-steps): 100 (--set)",
                "environments=3 rollout-steps=3"
                        + " | minibatch-size must divide 9 (environments × rollout-steps): 64 (default)",
                "minibatch-size=1"
                        + " | minibatch-size must be at least 2 where normalize-advantages is minibatch: 1 (--set)",
                "rollout-steps=1 minibatch-size=1 normalize-advantages=batch"
                        + " | environments × rollout-steps must be at least 2 where normalize-advantages is batch:"
                        + " 1 (--set)",
                "shared-network=true critic-hidden=32"
                        + " | critic-hidden must be none where shared-network is true: 32 (--set)",
                "shared-network=true critic-time-step=true"
                        + " | critic-time-step must be false where shared-network is true, as the policy may not see"
                        + " the time: true (--set)",
                "environments=1M rollout-steps=1M"
                        + " | environments × rollout-steps must be at most 2147483647: 1000000000000",
            })
    void valuesThatDoNotFitEachOtherAreRefused(String assignments, String message) {
        assertThatThrownBy(() -> ppo.check(settings(assignments)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "environments=8 rollout-steps=128 minibatch-size=1024",
                "minibatch-size=1 normalize-advantages=none",
                "minibatch-size=1 normalize-advantages=batch",
                "shared-network=true"
            })
    void valuesThatFitEachOtherAreAccepted(String assignments) {
        ppo.check(settings(assignments));
    }

    @Test
    void anUnknownAlgorithmIsRefusedWithTheNearest() {
        assertThatThrownBy(() -> AlgorithmSettings.find("pppo"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("unknown algorithm: pppo; nearest: ppo, trpo");
        assertThatThrownBy(() -> AlgorithmSettings.find("dreamer"))
                .hasMessage("unknown algorithm: dreamer; known: a2c, acktr, ppo, trpo");
    }
}
