package kingfisher.agents.ppo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import kingfisher.agents.policy.ActorCritic;
import kingfisher.agents.policy.NetworkPass;
import kingfisher.agents.recorded.RecordedAgent;
import kingfisher.agents.recorded.Recording;
import kingfisher.agents.rollout.Rollout;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.parallel.Workers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A whole update, from the raw rewards to the parameters, against Stable-Baselines3's own numbers. */
class PpoUpdateParityTest {

    private static final double PARAMETER_ERROR = 1e-5;
    private static final List<String> KEYS = List.of(
            "environments",
            "rollout-steps",
            "discount",
            "gae-lambda",
            "activation",
            "learning-rate",
            "max-gradient-norm",
            "minibatch-size",
            "epochs",
            "clip",
            "value-clip",
            "entropy-coefficient",
            "value-coefficient",
            "normalize-advantages",
            "target-kl");

    @ParameterizedTest
    @CsvSource({"discrete,1", "discrete,2", "continuous,2", "early-stop,2"})
    void oneUpdateGivesTheRecordedParametersAndMetrics(String name, int threads) throws IOException {
        Recording recording = load(name);
        Settings settings = settings(recording.settings());
        RecordedAgent agent = new RecordedAgent(recording, settings, new CpuBackend());
        Rollout rollout = agent.rollout();
        try (Workers workers = new Workers(threads)) {
            Ppo ppo = new Ppo(settings, agent.actorCritic(), rollout, agent::nextOrder, workers);
            Map<String, Double> metrics = ppo.update(0);
            agent.assertParametersAfter(PARAMETER_ERROR);
            assertThat(rollout.advantages()).containsExactly(recording.rollout("advantages"), within(2e-4));
            for (String metric : List.of("approx_kl", "clip_fraction", "entropy_loss", "policy_gradient_loss")) {
                assertThat(metrics.get("train/" + metric))
                        .as(metric)
                        .isCloseTo(recording.log("train/" + metric), within(1e-5));
            }
            double valueLoss = recording.log("train/value_loss");
            assertThat(metrics.get("train/value_loss")).isCloseTo(valueLoss, within(1e-5 * valueLoss));
            assertThat(metrics.get("train/explained_variance"))
                    .isCloseTo(recording.log("train/explained_variance"), within(1e-5));
        }
    }

    @ParameterizedTest
    @CsvSource({"discrete", "continuous", "early-stop"})
    void theRatioIsOneBeforeTheFirstStep(String name) throws IOException {
        Recording recording = load(name);
        RecordedAgent agent = new RecordedAgent(recording, settings(recording.settings()), new CpuBackend());
        ActorCritic actorCritic = agent.actorCritic();
        Rollout rollout = agent.rollout();
        NetworkPass pass = actorCritic.policy().pass(rollout.size());
        pass.forward(rollout.observations());
        double[] logProbability = new double[rollout.size()];
        actorCritic
                .distribution()
                .logProbability(rollout.size(), pass.distributionParameters(), rollout.actions(), logProbability);
        for (int i = 0; i < logProbability.length; i++) {
            assertThat(Math.exp(logProbability[i] - rollout.logProbabilities()[i]))
                    .isCloseTo(1, within(1e-6));
        }
    }

    private static Recording load(String name) throws IOException {
        return Recording.load(PpoUpdateParityTest.class, "sb3-2.9.2-ppo-" + name + ".json");
    }

    private static Settings settings(JsonNode recorded) {
        Settings settings = AlgorithmSettings.find("ppo").defaults().with("hidden", "16,16", "the recording");
        settings = settings.with("value-clip-rule", "clipped", "the recording");
        for (String key : KEYS) {
            JsonNode value = recorded.path(key);
            settings = settings.with(key, value.isNull() ? "none" : value.asText(), "the recording");
        }
        return settings;
    }
}
