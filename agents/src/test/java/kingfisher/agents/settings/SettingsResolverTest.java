package kingfisher.agents.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import kingfisher.envs.InvalidInputException;
import org.junit.jupiter.api.Test;

final class SettingsResolverTest {
    private final AlgorithmSettings ppo = AlgorithmSettings.find("ppo");
    private final Optional<ConfigFile> preset =
            Optional.of(ConfigFile.parse("preset", "epochs: 2\nclip: 0.12\ndiscount: 0.92"));
    private final Optional<ConfigFile> config = Optional.of(ConfigFile.parse("my.yaml", "epochs: 3\nclip: 0.13"));

    @Test
    void theCommandLineWinsOverTheFileOverThePresetOverTheDefault() {
        Settings settings = SettingsResolver.resolve(ppo, preset, config, List.of("epochs=4", "target-kl = 0.5"));

        assertThat(settings.get(PpoSettings.EPOCHS)).isEqualTo(4);
        assertThat(settings.source(PpoSettings.EPOCHS)).isEqualTo("--set");
        assertThat(settings.get(PpoSettings.CLIP)).isEqualTo(0.13);
        assertThat(settings.source(PpoSettings.CLIP)).isEqualTo("my.yaml:2");
        assertThat(settings.get(CommonSettings.DISCOUNT)).isEqualTo(0.92);
        assertThat(settings.source(CommonSettings.DISCOUNT)).isEqualTo("preset:3");
        assertThat(settings.get(CommonSettings.GAE_LAMBDA)).isEqualTo(0.95);
        assertThat(settings.get(PpoSettings.TARGET_KL)).contains(0.5);
    }

    @Test
    void theLaterAssignmentOfAKeyHolds() {
        Settings settings =
                SettingsResolver.resolve(ppo, Optional.empty(), Optional.empty(), List.of("epochs=4", "epochs=5"));

        assertThat(settings.get(PpoSettings.EPOCHS)).isEqualTo(5);
    }

    @Test
    void anAssignmentWithoutAnEqualsSignIsRefused() {
        assertThatThrownBy(() -> SettingsResolver.resolve(ppo, preset, config, List.of("epochs")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("--set must be key=value: epochs");
    }
}
