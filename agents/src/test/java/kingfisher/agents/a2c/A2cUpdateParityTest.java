package kingfisher.agents.a2c;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import kingfisher.agents.recorded.RecordedAgent;
import kingfisher.agents.recorded.Recording;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.parallel.Workers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A whole update, from the raw rewards to the parameters, against Stable-Baselines3's own numbers. */
class A2cUpdateParityTest {

    private static final double PARAMETER_ERROR = 1e-5;
    private static final List<String> KEYS = List.of(
            "environments",
            "rollout-steps",
            "discount",
            "gae-lambda",
            "activation",
            "learning-rate",
            "optimizer",
            "optimizer-epsilon",
            "rmsprop-form",
            "rmsprop-decay",
            "max-gradient-norm",
            "entropy-coefficient",
            "value-coefficient",
            "normalize-advantages");

    @ParameterizedTest
    @CsvSource({"discrete,1", "discrete,2", "discrete-tensorflow,2", "continuous,2", "continuous-tensorflow,2"})
    void oneUpdateGivesTheRecordedParametersAndMetrics(String name, int threads) throws IOException {
        Recording recording = Recording.load(A2cUpdateParityTest.class, "sb3-2.9.2-a2c-" + name + ".json");
        Settings settings = settings(recording);
        RecordedAgent agent = new RecordedAgent(recording, settings, new CpuBackend());
        try (Workers workers = new Workers(threads)) {
            A2c a2c = new A2c(settings, agent.actorCritic(), agent.rollout(), workers);
            if (recording.hasSecondMoments()) {
                Map<String, ParameterVector> vectors = a2c.vectors();
                agent.setSecondMoments(
                        Objects.requireNonNull(vectors.get("policy.second-moment")),
                        Objects.requireNonNull(vectors.get("value.second-moment")));
            }
            Map<String, Double> metrics = a2c.update(0);
            agent.assertParametersAfter(PARAMETER_ERROR);
            assertThat(agent.rollout().advantages()).containsExactly(recording.rollout("advantages"), within(2e-4));
            assertThat(metrics.get("train/entropy_loss")).isCloseTo(recording.log("train/entropy_loss"), within(1e-5));
            assertThat(metrics.get("train/policy_loss")).isCloseTo(recording.log("train/policy_loss"), within(1e-4));
            double valueLoss = recording.log("train/value_loss");
            assertThat(metrics.get("train/value_loss")).isCloseTo(valueLoss, within(1e-5 * valueLoss));
            assertThat(metrics.get("train/explained_variance"))
                    .isCloseTo(recording.log("train/explained_variance"), within(1e-5));
            double norm = recording.gradientNorm();
            assertThat(metrics.get("train/gradient_norm")).isCloseTo(norm, within(1e-5 * norm));
        }
    }

    private static Settings settings(Recording recording) {
        Settings settings = AlgorithmSettings.find("a2c").defaults().with("hidden", "16,16", "the recording");
        for (String key : KEYS) {
            settings = settings.with(key, recording.settings().path(key).asText(), "the recording");
        }
        return settings;
    }
}
