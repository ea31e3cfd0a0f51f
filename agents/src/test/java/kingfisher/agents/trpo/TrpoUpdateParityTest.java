package kingfisher.agents.trpo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import kingfisher.agents.recorded.RecordedAgent;
import kingfisher.agents.recorded.Recording;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.agents.settings.TrpoSettings;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.parallel.Workers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A whole update of policy and value network, from the raw rewards to the parameters, against sb3-contrib's own numbers. */
class TrpoUpdateParityTest {

    private static final double PARAMETER_ERROR = 1e-4;
    private static final List<String> KEYS = List.of(
            "environments",
            "rollout-steps",
            "discount",
            "gae-lambda",
            "activation",
            "max-kl",
            "kl-direction",
            "cg-iterations",
            "cg-damping",
            "line-search-steps",
            "line-search-shrink",
            "critic-epochs",
            "critic-minibatch-size",
            "critic-learning-rate");

    @ParameterizedTest
    @CsvSource({"discrete,1", "discrete,2", "continuous,2", "two-actions,2"})
    void oneUpdateGivesTheRecordedParametersAndMetrics(String name, int threads) throws IOException {
        Recording recording = Recording.load(TrpoUpdateParityTest.class, "sb3-contrib-2.9.2-trpo-" + name + ".json");
        Settings settings = settings(recording);
        RecordedAgent agent = new RecordedAgent(recording, settings, new CpuBackend());
        try (Workers workers = new Workers(threads)) {
            Trpo trpo = new Trpo(settings, agent.actorCritic(), agent.rollout(), agent::nextOrder, workers, null);
            Map<String, Double> metrics = trpo.update(0);
            agent.assertParametersAfter(PARAMETER_ERROR);
            assertThat(agent.rollout().advantages()).containsExactly(recording.rollout("advantages"), within(2e-4));
            assertThat(metrics.get("train/kl"))
                    .isCloseTo(
                            recording.log("train/kl_divergence_loss"),
                            within(1e-4 * settings.get(TrpoSettings.MAX_KL)));
            assertThat(metrics.get("train/policy_gradient_loss"))
                    .isCloseTo(-recording.log("train/policy_objective"), within(1e-4));
            double valueLoss = recording.log("train/value_loss");
            assertThat(metrics.get("train/value_loss")).isCloseTo(valueLoss, within(1e-5 * valueLoss));
            assertThat(metrics.get("train/explained_variance"))
                    .isCloseTo(recording.log("train/explained_variance"), within(1e-5));
            double tries = recording.log("lineSearchTries");
            assertThat(metrics.get("train/step_fraction")).isCloseTo(Math.pow(0.8, tries - 1), within(1e-12));
            assertThat(metrics.get("train/line_search_accepted")).isEqualTo(1);
        }
    }

    private static Settings settings(Recording recording) {
        Settings settings = AlgorithmSettings.find("trpo").defaults().with("hidden", "16,16", "the recording");
        for (String key : KEYS) {
            settings = settings.with(key, recording.settings().path(key).asText(), "the recording");
        }
        return settings;
    }
}
