package kingfisher.agents.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PresetsTest {
    @ParameterizedTest
    @ValueSource(strings = {"CartPole-v1", "Acrobot-v1", "MountainCar-v0", "MountainCarContinuous-v0", "Pendulum-v1"})
    void eachClassicTaskHasAPresetThatFitsTheAlgorithm(String environment) {
        AlgorithmSettings ppo = AlgorithmSettings.find("ppo");
        Optional<ConfigFile> preset = Presets.find("ppo", environment);

        assertThat(preset).isPresent();
        Settings settings = SettingsResolver.resolve(ppo, preset, Optional.empty(), List.of());
        ppo.check(settings);
        assertThat(settings.source(CommonSettings.STEPS)).startsWith("preset ppo/" + environment + ":");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gym:CartPole-v1", "grpc://localhost:5000/CartPole-v1", "grpc:unix:/tmp/s/CartPole-v1"})
    void anEnvironmentBehindABridgeHasThePresetOfItsOwnName(String id) {
        assertThat(Presets.find("ppo", id).orElseThrow().entries())
                .isEqualTo(Presets.find("ppo", "CartPole-v1").orElseThrow().entries());
    }

    @ParameterizedTest
    @ValueSource(strings = {"NoSuchTask-v1", "", "gym:", "..", "a/../CartPole-v1 ", "%", "CartPole-v1\n"})
    void anotherEnvironmentHasNone(String id) {
        assertThat(Presets.find("ppo", id)).isEmpty();
    }
}
