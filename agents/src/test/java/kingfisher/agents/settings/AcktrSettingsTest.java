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

final class AcktrSettingsTest {
    private final AlgorithmSettings acktr = AlgorithmSettings.find("acktr");

    private Settings settings(String assignments) {
        return SettingsResolver.resolve(acktr, Optional.empty(), Optional.empty(), List.of(assignments.split(" ")));
    }

    @Test
    void theDefaultsFitEachOther() {
        acktr.check(acktr.defaults());
        assertThat(acktr.name()).isEqualTo("acktr");
    }

    @Test
    void everyKeyOfTheContractIsThere() {
        assertThat(acktr.settings().keys())
                .contains("environments", "rollout-steps", "discount", "gae-lambda", "normalize-observations")
                .contains("normalize-rewards", "clip-observations", "clip-rewards")
                .contains("hidden", "critic-hidden", "activation", "shared-network", "initial-log-std")
                .contains("max-kl", "damping", "critic-damping", "factor-decay", "covariance-period")
                .contains("decomposition-period", "fisher", "critic-updates", "step-rule")
                .contains("learning-rate", "learning-rate-schedule", "entropy-coefficient", "value-coefficient")
                .contains("evaluation-interval", "evaluation-episodes", "checkpoint-interval", "stop-at-return")
                .doesNotContain("clip", "epochs", "optimizer");
    }

    /** Generation B of the released code, where a setting means the same there. */
    @Test
    void theDefaultsAreThoseOfTheContinuousRecipe() {
        assertThat(acktr.defaults().texts())
                .containsEntry("rollout-steps", "2500")
                .containsEntry("discount", "0.99")
                .containsEntry("gae-lambda", "0.97")
                .containsEntry("hidden", "64,64")
                .containsEntry("activation", "tanh")
                .containsEntry("critic-activation", "elu")
                .containsEntry("max-kl", "0.002")
                .containsEntry("momentum", "0.9")
                .containsEntry("damping", "0.01")
                .containsEntry("critic-damping", "0.1")
                .containsEntry("critic-updates", "25")
                .containsEntry("critic-clip", "0.3")
                .containsEntry("normalize-advantages", "batch");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rollout-steps=1"
                        + " | environments × rollout-steps must be at least 2, as advantages are normalized over both:"
                        + " 1 (--set)",
                "rollout-steps=4 covariance-subsample=5"
                        + " | covariance-subsample must be at most 4 (environments × rollout-steps): 5 (--set)",
                "rollout-steps=4 gradient-subsample=5"
                        + " | gradient-subsample must be at most 4 (environments × rollout-steps): 5 (--set)",
                "rollout-steps=4 critic-minibatch-size=5"
                        + " | critic-minibatch-size must be at most 4 (environments × rollout-steps): 5 (--set)",
                "covariance-period=3 decomposition-period=2"
                        + " | decomposition-period must be at least 3 (covariance-period): 2 (--set)",
                "critic-decomposition-period=2 critic-covariance-period=4"
                        + " | critic-decomposition-period must be at least 4 (critic-covariance-period): 2 (--set)",
            })
    void valuesThatDoNotFitEachOtherAreRefused(String assignments, String message) {
        assertThatThrownBy(() -> acktr.check(settings(assignments)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "max-kl=0 | max-kl must be a number greater than 0: 0",
                "damping=0 | damping must be a number greater than 0: 0",
                "critic-damping=-1 | critic-damping must be a number greater than 0: -1",
                "factor-decay=1 | factor-decay must be a number in [0, 1): 1",
                "covariance-period=0 | covariance-period must be a whole number of at least 1: 0",
                "fisher=empirical | fisher must be one of sampled, taken-actions: empirical",
                "step-rule=line-search | step-rule must be one of exact, preconditioned, adaptive-kl, proximal: line-search",
                "decomposition-execution=later"
                        + " | decomposition-execution must be one of synchronous, asynchronous, deterministic: later",
            })
    void valuesOutOfRangeAreRefused(String assignment, String message) {
        assertThatThrownBy(() -> settings(assignment))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "critic-updates=0 cold-steps=3",
                "rollout-steps=1 normalize-advantages=none",
                "rollout-steps=2 covariance-subsample=2 gradient-subsample=2 critic-minibatch-size=2",
                "shared-network=true max-kl-schedule=linear learning-rate-schedule=linear",
                "decomposition-execution=deterministic decomposition-period=10"
            })
    void valuesThatFitEachOtherAreAccepted(String assignments) {
        acktr.check(settings(assignments));
    }
}
