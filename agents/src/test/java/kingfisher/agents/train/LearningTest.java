package kingfisher.agents.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.Presets;
import kingfisher.agents.settings.Settings;
import kingfisher.agents.settings.SettingsResolver;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole runs with the shipped presets reach what the presets are for; the full suite is in {@code experiments}. */
class LearningTest {

    private static final int EPISODES = 100;

    @ParameterizedTest
    @CsvSource({
        "ppo, CartPole-v1, 1, 101, 475",
        "ppo, CartPole-v1, 2, 101, 475",
        "ppo, Pendulum-v1, 1, 102, -180",
        "ppo, MountainCarContinuous-v0, 1, 103, 90",
        "trpo, CartPole-v1, 1, 101, 475",
        "trpo, Pendulum-v1, 1, 102, -190",
        "a2c, CartPole-v1, 1, 101, 475",
        "acktr, CartPole-v1, 1, 101, 475",
        "acktr, Acrobot-v1, 1, 10, -95",
        "acktr, Pendulum-v1, 1, 102, -200",
    })
    void thePresetLearnsTheTask(String algorithm, String environment, int groups, long seed, double threshold) {
        learns(algorithm, environment, environment, List.of("environment-groups=" + groups), seed, threshold);
    }

    @ParameterizedTest
    @CsvSource({"CartPole-v1, 101, 475", "Acrobot-v1, 102, -95"})
    void naturalPolicyGradientLearnsTheTask(String environment, long seed, double threshold) {
        learns("trpo", environment, "natural-policy-gradient", List.of(), seed, threshold);
    }

    @ParameterizedTest
    @CsvSource({"CartPole-v1, 101, 475", "Pendulum-v1, 102, -200"})
    void proximalStepsLearnTheTask(String environment, long seed, double threshold) {
        learns("acktr", environment, environment, List.of("step-rule=proximal"), seed, threshold);
    }

    private static void learns(
            String algorithm,
            String environment,
            String preset,
            List<String> assignments,
            long seed,
            double threshold) {
        List<String> all = new ArrayList<>(assignments);
        all.add("evaluation-interval=0");
        Settings settings = SettingsResolver.resolve(
                AlgorithmSettings.find(algorithm),
                Optional.of(Presets.named(algorithm, preset)),
                Optional.empty(),
                all);
        EnvironmentSource source = EnvironmentSource.registered(environment, Map.of());
        try (Backend backend = new CpuBackend();
                TrainingSession session =
                        TrainingSession.start(new TrainingPlan(algorithm, settings, source, seed), backend, 2);
                Evaluator evaluator = new Evaluator(source.factory(), session.agent(), () -> false)) {
            new Trainer(session, evaluator, List.of()).run(() -> false);
            double[] returns = evaluator.evaluate(EPISODES, FinalEvaluation.seed(seed), false);
            assertThat(Arrays.stream(returns).average().orElseThrow())
                    .as("mean return of %d episodes, seed %d", EPISODES, seed)
                    .isGreaterThanOrEqualTo(threshold);
        }
    }
}
