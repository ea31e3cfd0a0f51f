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

final class TrpoSettingsTest {
    private final AlgorithmSettings trpo = AlgorithmSettings.find("trpo");

    private Settings settings(String assignments) {
        return SettingsResolver.resolve(trpo, Optional.empty(), Optional.empty(), List.of(assignments.split(" ")));
    }

    @Test
    void theDefaultsFitEachOther() {
        trpo.check(trpo.defaults());
        assertThat(trpo.name()).isEqualTo("trpo");
    }

    @Test
    void everyKeyOfTheContractIsThere() {
        assertThat(trpo.settings().keys())
                .contains("environments", "rollout-steps", "discount", "gae-lambda", "normalize-observations")
                .contains("normalize-rewards", "clip-observations", "clip-rewards")
                .contains("hidden", "critic-hidden", "activation", "shared-network", "initial-log-std")
                .contains("max-kl", "cg-iterations", "cg-damping", "cg-tolerance", "line-search-steps")
                .contains("line-search-shrink", "fisher-subsample", "critic-epochs", "critic-minibatch-size")
                .contains("critic-learning-rate")
                .contains("evaluation-interval", "evaluation-episodes", "checkpoint-interval", "stop-at-return")
                .doesNotContain("clip", "epochs", "learning-rate");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "environments=8 rollout-steps=128 critic-minibatch-size=100"
                        + " | critic-minibatch-size must divide 1024 (environments × rollout-steps): 100 (--set)",
                "rollout-steps=1 critic-minibatch-size=1"
                        + " | environments × rollout-steps must be at least 2, as advantages are normalized over both:"
                        + " 1 (--set)",
                "rollout-steps=4 critic-minibatch-size=4 fisher-subsample=5"
                        + " | fisher-subsample must be at most 4 (environments × rollout-steps): 5 (--set)",
                "rollout-steps=4 critic-minibatch-size=4 gradient-subsample=5"
                        + " | gradient-subsample must be at most 4 (environments × rollout-steps): 5 (--set)",
                "shared-network=true"
                        + " | shared-network must be false for trpo, whose trust region holds the policy's layers while"
                        + " the value network is fitted: true (--set)",
            })
    void valuesThatDoNotFitEachOtherAreRefused(String assignments, String message) {
        assertThatThrownBy(() -> trpo.check(settings(assignments)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "max-kl=0 | max-kl must be a number greater than 0: 0",
                "cg-damping=-1 | cg-damping must be a number of at least 0: -1",
                "line-search-shrink=1 | line-search-shrink must be a number in (0, 1): 1",
                "line-search-steps=-1 | line-search-steps must be a whole number of at least 0: -1",
                "kl-direction=both | kl-direction must be one of old-new, new-old: both",
            })
    void valuesOutOfRangeAreRefused(String assignment, String message) {
        assertThatThrownBy(() -> settings(assignment))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "line-search-steps=0",
                "cg-damping=0 cg-tolerance=0 critic-epochs=0",
                "rollout-steps=2 critic-minibatch-size=1 fisher-subsample=2",
                "max-kl-schedule=linear damping-in-bound=false"
            })
    void valuesThatFitEachOtherAreAccepted(String assignments) {
        trpo.check(settings(assignments));
    }
}
