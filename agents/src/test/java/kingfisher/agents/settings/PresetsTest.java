package kingfisher.agents.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PresetsTest {
    private static final List<String> TASKS = List.of(
            "CartPole-v1",
            "Acrobot-v1",
            "MountainCar-v0",
            "MountainCarContinuous-v0",
            "Pendulum-v1",
            "HalfCheetah-v5",
            "Hopper-v5",
            "Walker2d-v5",
            "Swimmer-v5",
            "InvertedPendulum-v5",
            "InvertedDoublePendulum-v5",
            "Reacher-v5",
            "Ant-v5");

    static Stream<String> tasksOfPpo() {
        return Stream.concat(TASKS.stream(), Stream.of("Taxi-v3", "FrozenLake-v1", "Blackjack-v1"));
    }

    @ParameterizedTest
    @MethodSource("tasksOfPpo")
    void eachTaskHasAPresetThatFitsTheAlgorithm(String environment) {
        AlgorithmSettings ppo = AlgorithmSettings.find("ppo");
        Optional<ConfigFile> preset = Presets.find("ppo", environment);

        assertThat(preset).isPresent();
        Settings settings = SettingsResolver.resolve(ppo, preset, Optional.empty(), List.of());
        ppo.check(settings);
        assertThat(settings.source(CommonSettings.STEPS)).startsWith("preset ppo/" + environment + ":");
    }

    @ParameterizedTest
    @ValueSource(strings = {"trpo", "a2c"})
    void eachTaskHasAPresetThatFitsTheOtherAlgorithms(String name) {
        AlgorithmSettings algorithm = AlgorithmSettings.find(name);
        for (String environment : TASKS) {
            Settings settings =
                    SettingsResolver.resolve(algorithm, Presets.find(name, environment), Optional.empty(), List.of());

            algorithm.check(settings);
            assertThat(settings.source(CommonSettings.STEPS)).startsWith("preset " + name + "/" + environment + ":");
            assertThat(settings.get(CommonSettings.STEPS) % CommonSettings.samples(settings))
                    .as(name + " " + environment)
                    .isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HalfCheetah-v5", "Hopper-v5"})
    void actorCriticHasTheSettingsOfTheBaselineThatWeCompareWith(String environment) {
        Settings settings = SettingsResolver.resolve(
                AlgorithmSettings.find("a2c"), Presets.find("a2c", environment), Optional.empty(), List.of());

        assertThat(settings.texts())
                .containsEntry("environments", "4")
                .containsEntry("rollout-steps", "8")
                .containsEntry("discount", "0.99")
                .containsEntry("gae-lambda", "0.9")
                .containsEntry("learning-rate", "0.00096")
                .containsEntry("learning-rate-schedule", "linear")
                .containsEntry("optimizer", "rmsprop")
                .containsEntry("optimizer-epsilon", "1.0e-5")
                .containsEntry("rmsprop-form", "torch")
                .containsEntry("rmsprop-decay", "0.99")
                .containsEntry("max-gradient-norm", "0.5")
                .containsEntry("entropy-coefficient", "0")
                .containsEntry("value-coefficient", "0.4")
                .containsEntry("normalize-advantages", "none")
                .containsEntry("hidden", "64,64")
                .containsEntry("activation", "tanh")
                .containsEntry("initial-log-std", "-2")
                .containsEntry("initialization", "uniform")
                .containsEntry("normalize-observations", "true")
                .containsEntry("normalize-rewards", "true")
                .containsEntry("clip-observations", "10")
                .containsEntry("clip-rewards", "10");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CartPole-v1",
                "Acrobot-v1",
                "MountainCar-v0",
                "MountainCarContinuous-v0",
                "Pendulum-v1",
                "HalfCheetah-v5",
                "Hopper-v5",
                "Walker2d-v5",
                "Swimmer-v5",
                "InvertedPendulum-v5",
                "InvertedDoublePendulum-v5",
                "Reacher-v5",
                "Ant-v5"
            })
    void eachTaskHasAPresetThatFitsAcktr(String environment) {
        AlgorithmSettings acktr = AlgorithmSettings.find("acktr");
        Settings settings =
                SettingsResolver.resolve(acktr, Presets.find("acktr", environment), Optional.empty(), List.of());

        acktr.check(settings);
        assertThat(settings.source(CommonSettings.STEPS)).startsWith("preset acktr/" + environment + ":");
        assertThat(settings.get(CommonSettings.STEPS) % CommonSettings.samples(settings))
                .isZero();
    }

    /** sb3-contrib averages the divergence over the dimensions of the action: bound and damping are as many times as large. */
    @ParameterizedTest
    @CsvSource({"HalfCheetah-v5, 0.06, 0.6", "Hopper-v5, 0.03, 0.3", "InvertedDoublePendulum-v5, 0.01, 0.1"})
    void theTrustRegionIsThatOfTheBaselineThatWeCompareWith(String environment, String bound, String damping) {
        Settings settings = SettingsResolver.resolve(
                AlgorithmSettings.find("trpo"), Presets.find("trpo", environment), Optional.empty(), List.of());

        assertThat(settings.texts())
                .containsEntry("environments", "2")
                .containsEntry("rollout-steps", "1024")
                .containsEntry("discount", "0.99")
                .containsEntry("gae-lambda", "0.95")
                .containsEntry("hidden", "64,64")
                .containsEntry("activation", "tanh")
                .containsEntry("initial-log-std", "0")
                .containsEntry("policy-output-gain", "0.01")
                .containsEntry("max-kl", bound)
                .containsEntry("max-kl-schedule", "constant")
                .containsEntry("kl-direction", "new-old")
                .containsEntry("cg-iterations", "25")
                .containsEntry("cg-damping", damping)
                .containsEntry("damping-in-bound", "true")
                .containsEntry("line-search-steps", "10")
                .containsEntry("line-search-shrink", "0.8")
                .containsEntry("gradient-subsample", "1")
                .containsEntry("fisher-subsample", "1")
                .containsEntry("critic-epochs", "20")
                .containsEntry("critic-minibatch-size", "128")
                .containsEntry("critic-learning-rate", "0.001")
                .containsEntry("optimizer-epsilon", "1.0e-5")
                .containsEntry("normalize-observations", "true")
                .containsEntry("normalize-rewards", "true")
                .containsEntry("clip-observations", "10")
                .containsEntry("clip-rewards", "10");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gym:CartPole-v1", "grpc://localhost:5000/CartPole-v1", "grpc:unix:/tmp/s/CartPole-v1"})
    void anEnvironmentBehindABridgeHasThePresetOfItsOwnName(String id) {
        assertThat(Presets.find("ppo", id).orElseThrow().entries())
                .isEqualTo(Presets.find("ppo", "CartPole-v1").orElseThrow().entries());
    }

    /** What experiments/peers compares with; the results stand beside each other only if the settings are the same. */
    @ParameterizedTest
    @ValueSource(strings = {"HalfCheetah-v5", "Hopper-v5"})
    void theSettingsAreThoseOfTheBaselineThatWeCompareWith(String environment) {
        Settings settings = SettingsResolver.resolve(
                AlgorithmSettings.find("ppo"), Presets.find("ppo", environment), Optional.empty(), List.of());

        assertThat(settings.texts())
                .containsEntry("environments", "1")
                .containsEntry("rollout-steps", "2048")
                .containsEntry("minibatch-size", "64")
                .containsEntry("epochs", "10")
                .containsEntry("discount", "0.99")
                .containsEntry("gae-lambda", "0.95")
                .containsEntry("learning-rate", "0.0003")
                .containsEntry("learning-rate-schedule", "linear")
                .containsEntry("clip", "0.2")
                .containsEntry("value-clip", "none")
                .containsEntry("entropy-coefficient", "0")
                .containsEntry("value-coefficient", "0.5")
                .containsEntry("max-gradient-norm", "0.5")
                .containsEntry("hidden", "64,64")
                .containsEntry("activation", "tanh")
                .containsEntry("initial-log-std", "0")
                .containsEntry("policy-output-gain", "0.01")
                .containsEntry("optimizer-epsilon", "1.0e-5")
                .containsEntry("normalize-advantages", "minibatch")
                .containsEntry("normalize-observations", "true")
                .containsEntry("normalize-rewards", "true")
                .containsEntry("clip-observations", "10")
                .containsEntry("clip-rewards", "10");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Taxi-v3", "FrozenLake-v1", "Blackjack-v1"})
    void oneHotObservationsAreNotNormalized(String environment) {
        assertThat(Presets.find("ppo", environment).orElseThrow().entries())
                .doesNotContainKey("normalize-observations");
    }

    @Test
    void thePresetsAreListed() {
        assertThat(Presets.names("ppo"))
                .isSorted()
                .contains("CartPole-v1", "Pendulum-v1")
                .allSatisfy(name -> assertThat(Presets.find("ppo", name)).isPresent());
        assertThat(Presets.names("..")).isEmpty();
        assertThat(Presets.names("dqn")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"NoSuchTask-v1", "", "gym:", "..", "a/../CartPole-v1 ", "%", "CartPole-v1\n"})
    void anotherEnvironmentHasNone(String id) {
        assertThat(Presets.find("ppo", id)).isEmpty();
    }
}
