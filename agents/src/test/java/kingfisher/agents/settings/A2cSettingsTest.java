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

final class A2cSettingsTest {
    private final AlgorithmSettings a2c = AlgorithmSettings.find("a2c");

    private Settings settings(String assignments) {
        return SettingsResolver.resolve(a2c, Optional.empty(), Optional.empty(), List.of(assignments.split(" ")));
    }

    @Test
    void theDefaultsAreThoseOfTheLibraryThatWeCompareWith() {
        a2c.check(a2c.defaults());
        assertThat(a2c.defaults().texts())
                .containsEntry("rollout-steps", "5")
                .containsEntry("discount", "0.99")
                .containsEntry("gae-lambda", "1")
                .containsEntry("learning-rate", "0.0007")
                .containsEntry("learning-rate-schedule", "constant")
                .containsEntry("optimizer", "rmsprop")
                .containsEntry("optimizer-epsilon", "1.0e-5")
                .containsEntry("rmsprop-form", "torch")
                .containsEntry("rmsprop-decay", "0.99")
                .containsEntry("max-gradient-norm", "0.5")
                .containsEntry("entropy-coefficient", "0")
                .containsEntry("value-coefficient", "0.5")
                .containsEntry("normalize-advantages", "none")
                .containsEntry("initialization", "orthogonal");
    }

    @Test
    void everyKeyOfTheContractIsThere() {
        assertThat(a2c.settings().keys())
                .contains("environments", "rollout-steps", "discount", "gae-lambda", "normalize-observations")
                .contains("normalize-rewards", "clip-observations", "clip-rewards")
                .contains("hidden", "critic-hidden", "activation", "shared-network", "initial-log-std")
                .contains("learning-rate", "learning-rate-schedule", "optimizer", "max-gradient-norm")
                .contains("entropy-coefficient", "value-coefficient", "normalize-advantages")
                .contains("evaluation-interval", "evaluation-episodes", "checkpoint-interval", "stop-at-return")
                .doesNotContain("clip", "epochs", "minibatch-size", "max-kl");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "environments=1 rollout-steps=1 normalize-advantages=batch"
                        + " | environments × rollout-steps must be at least 2 where normalize-advantages is batch:"
                        + " 1 (--set)",
                "shared-network=true critic-hidden=32"
                        + " | critic-hidden must be none where shared-network is true: 32 (--set)",
                "environments=3 environment-groups=2"
                        + " | environments must be even where environment-groups is 2: 3 (--set)",
                "environments=1M rollout-steps=1M"
                        + " | environments × rollout-steps must be at most 2147483647: 1000000000000",
            })
    void valuesThatDoNotFitEachOtherAreRefused(String assignments, String message) {
        assertThatThrownBy(() -> a2c.check(settings(assignments)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "normalize-advantages=minibatch | normalize-advantages must be one of batch, none: minibatch",
                "rmsprop-form=keras | rmsprop-form must be one of torch, tensorflow: keras",
                "initialization=zero | initialization must be one of orthogonal, uniform: zero",
                "epochs=2 | unknown setting: epochs",
            })
    void valuesOutOfRangeAreRefused(String assignment, String message) {
        assertThatThrownBy(() -> settings(assignment))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "environments=1 rollout-steps=1",
                "normalize-advantages=batch",
                "shared-network=true optimizer=adam"
            })
    void valuesThatFitEachOtherAreAccepted(String assignments) {
        a2c.check(settings(assignments));
    }
}
