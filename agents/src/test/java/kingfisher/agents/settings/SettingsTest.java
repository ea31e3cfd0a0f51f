package kingfisher.agents.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import kingfisher.envs.InvalidInputException;
import org.junit.jupiter.api.Test;

final class SettingsTest {
    private final AlgorithmSettings ppo = AlgorithmSettings.find("ppo");

    @Test
    void whatNobodySetsIsTheDefault() {
        Settings settings = ppo.defaults();

        assertThat(settings.get(CommonSettings.ROLLOUT_STEPS)).isEqualTo(2048);
        assertThat(settings.source(CommonSettings.ROLLOUT_STEPS)).isEqualTo("default");
    }

    @Test
    void anAlgorithmMayHaveADefaultOfItsOwn() {
        SettingSet set = SettingSet.of(CommonSettings.SAMPLING).withDefault(CommonSettings.GAE_LAMBDA, 1.0);

        assertThat(Settings.defaults(set).get(CommonSettings.GAE_LAMBDA)).isEqualTo(1.0);
        assertThat(ppo.defaults().get(CommonSettings.GAE_LAMBDA)).isEqualTo(0.95);
    }

    @Test
    void settingAValueLeavesTheOldSettingsAsTheyWere() {
        Settings before = ppo.defaults();
        Settings after = before.with(PpoSettings.CLIP, 0.1).with("environments", "4", "--set");

        assertThat(after.get(PpoSettings.CLIP)).isEqualTo(0.1);
        assertThat(after.get(CommonSettings.ENVIRONMENTS)).isEqualTo(4);
        assertThat(after.source(CommonSettings.ENVIRONMENTS)).isEqualTo("--set");
        assertThat(before.get(PpoSettings.CLIP)).isEqualTo(0.2);
    }

    @Test
    void anUnknownKeyIsRefusedWithTheNearestOnes() {
        assertThatThrownBy(() -> ppo.defaults().with("enviroments", "4", "--set"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("unknown setting: enviroments; nearest: environments");
        assertThatThrownBy(() -> ppo.defaults().with("qqqqqqqqqq", "4", "--set"))
                .hasMessage("unknown setting: qqqqqqqqqq");
    }

    @Test
    void aSettingOfAnotherAlgorithmIsAMistakeOfTheProgram() {
        Settings sampling = Settings.defaults(SettingSet.of(CommonSettings.SAMPLING));

        assertThatThrownBy(() -> sampling.get(PpoSettings.CLIP))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("clip");
    }

    @Test
    void twoSettingsOfOneKeyAreRefused() {
        assertThatThrownBy(() -> SettingSet.of(CommonSettings.RUN, CommonSettings.RUN))
                .hasMessage("two settings have the key steps");
    }

    @Test
    void theYamlOfSettingsSetsThemAgain() {
        Settings settings = ppo.defaults()
                .with(CommonSettings.HIDDEN, List.of(256, 128))
                .with(CommonSettings.CRITIC_HIDDEN, Optional.of(List.of(32)))
                .with(CommonSettings.LEARNING_RATE, 1.0 / 3e4)
                .with(PpoSettings.PROXIMITY, Proximity.ADAPTIVE_KL)
                .with("stop-at-return", "475", "my file.yaml:3");

        Settings again = ConfigFile.parse("again", settings.toYaml()).applyTo(ppo.defaults());

        assertThat(again.texts()).isEqualTo(settings.texts());
        assertThat(again.get(CommonSettings.LEARNING_RATE)).isEqualTo(1.0 / 3e4);
        assertThat(again.texts()).hasSameSizeAs(ppo.settings().keys());
    }

    @Test
    void theYamlShowsGroupsAndWhereAValueCameFrom() {
        String yaml = ppo.defaults().with("clip", "0.1", "my.yaml:3").toYaml();

        assertThat(yaml)
                .startsWith(
                        "# sampling\nenvironments: 1\nenvironment-groups: 1\nrollout-steps: 2048\ndiscount: 0.99\n");
        assertThat(yaml).contains("\n\n# PPO\nminibatch-size: 64\n", "\nclip: 0.1  # my.yaml:3\n");
    }

    @Test
    void anIntervalLeftOpenIsATenthOfTheRun() {
        Settings settings = ppo.defaults().with(CommonSettings.STEPS, 100_000L);

        assertThat(CommonSettings.evaluationInterval(settings)).isEqualTo(OptionalLong.of(10_000));
        assertThat(CommonSettings.checkpointInterval(settings.with(CommonSettings.STEPS, 3L)))
                .isEqualTo(OptionalLong.of(1));
        assertThat(CommonSettings.evaluationInterval(settings.with("evaluation-interval", "0", "--set")))
                .isEmpty();
        assertThat(CommonSettings.checkpointInterval(settings.with("checkpoint-interval", "2k", "--set")))
                .isEqualTo(OptionalLong.of(2000));
    }

    @Test
    void theCriticIsAsWideAsThePolicyUnlessItIsSet() {
        Settings settings = ppo.defaults().with(CommonSettings.HIDDEN, List.of(8));

        assertThat(CommonSettings.criticHidden(settings)).containsExactly(8);
        assertThat(CommonSettings.criticHidden(settings.with("critic-hidden", "16,16", "--set")))
                .containsExactly(16, 16);
    }
}
