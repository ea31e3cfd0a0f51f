package kingfisher.agents.ppo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kingfisher.agents.policy.ActorCritic;
import kingfisher.agents.policy.ActorCritics;
import kingfisher.agents.policy.NetworkPass;
import kingfisher.agents.rollout.Rollout;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.distribution.Categorical;
import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.distribution.Distribution;
import kingfisher.optim.network.ParameterVector;
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

    private final Backend backend = new CpuBackend();

    @ParameterizedTest
    @CsvSource({"discrete,1", "discrete,2", "continuous,2", "early-stop,2"})
    void oneUpdateGivesTheRecordedParametersAndMetrics(String name, int threads) throws IOException {
        Recording recording = Recording.load(name);
        Settings settings = settings(recording.settings());
        ActorCritic actorCritic = actorCritic(recording, settings);
        Rollout rollout = rollout(recording, actorCritic);
        int[] epoch = new int[1];
        try (Workers workers = new Workers(threads)) {
            Ppo ppo =
                    new Ppo(settings, actorCritic, rollout, rows -> setOrder(recording, rollout, epoch, rows), workers);
            Map<String, Double> metrics = ppo.update(0);
            checkParameters(recording, actorCritic);
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
        Recording recording = Recording.load(name);
        ActorCritic actorCritic = actorCritic(recording, settings(recording.settings()));
        Rollout rollout = rollout(recording, actorCritic);
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

    private static Settings settings(JsonNode recorded) {
        Settings settings = AlgorithmSettings.find("ppo").defaults().with("hidden", "16,16", "the recording");
        settings = settings.with("value-clip-rule", "clipped", "the recording");
        for (String key : KEYS) {
            JsonNode value = recorded.path(key);
            settings = settings.with(key, value.isNull() ? "none" : value.asText(), "the recording");
        }
        return settings;
    }

    private ActorCritic actorCritic(Recording recording, Settings settings) {
        boolean gaussian = recording.rollout("actions").length > 0 && isGaussian(recording);
        Distribution distribution = gaussian ? DiagonalGaussian.of(1) : Categorical.of(2);
        ActorCritic actorCritic = ActorCritics.create(settings, recording.observationSize(), distribution, backend);
        names(gaussian)
                .forEach((ours, theirs) -> backend.upload(
                        recording.parameter("parametersBefore", theirs),
                        vector(actorCritic, ours).view(ours)));
        return actorCritic;
    }

    private static boolean isGaussian(Recording recording) {
        return recording.observationSize() == 3;
    }

    private static Map<String, String> names(boolean gaussian) {
        Map<String, String> names = new LinkedHashMap<>();
        for (String part : List.of("weight", "bias")) {
            for (int layer = 0; layer < 2; layer++) {
                names.put("policy.hidden." + layer + "." + part, "mlp_extractor.policy_net." + 2 * layer + "." + part);
                names.put("value.hidden." + layer + "." + part, "mlp_extractor.value_net." + 2 * layer + "." + part);
            }
            names.put("policy.output." + part, "action_net." + part);
            names.put("value.output." + part, "value_net." + part);
        }
        if (gaussian) {
            names.put("policy.log-std", "log_std");
        }
        return names;
    }

    private static ParameterVector vector(ActorCritic actorCritic, String name) {
        return name.startsWith("policy")
                ? actorCritic.policy().parameters()
                : actorCritic.value().parameters();
    }

    private Rollout rollout(Recording recording, ActorCritic actorCritic) {
        int environments = recording.settings().path("environments").asInt();
        int steps = recording.settings().path("rollout-steps").asInt();
        double discount = recording.settings().path("discount").asDouble();
        Rollout rollout = new Rollout(
                backend,
                steps,
                environments,
                recording.observationSize(),
                actorCritic.distribution().actionSize(),
                actorCritic.distribution().parameterSize());
        backend.upload(recording.rollout("observations"), rollout.observations());
        fill(recording.rollout("actions"), rollout.actions());
        fill(recording.rollout("logProbabilities"), rollout.logProbabilities());
        fill(recording.rollout("rawRewards"), rollout.rewards());
        fill(recording.rollout("values"), rollout.values());
        double[] terminated = recording.rollout("terminated");
        double[] truncated = recording.rollout("truncated");
        double[] lastValues = recording.rollout("lastValues");
        for (int i = 0; i < rollout.size(); i++) {
            boolean last = i >= rollout.size() - environments;
            rollout.ended()[i] = terminated[i] != 0 || truncated[i] != 0;
            rollout.discounts()[i] = terminated[i] != 0 ? 0 : discount;
            rollout.nextValues()[i] =
                    last ? lastValues[i - rollout.size() + environments] : rollout.values()[i + environments];
        }
        for (JsonNode truncation : recording.truncations()) {
            int row = truncation.path("step").asInt() * environments
                    + truncation.path("environment").asInt();
            rollout.nextValues()[row] = value(actorCritic, Recording.values(truncation.path("observation")));
        }
        return rollout;
    }

    private double value(ActorCritic actorCritic, double[] observation) {
        Matrix input = backend.allocate(1, observation.length);
        backend.upload(observation, input);
        NetworkPass pass = actorCritic.value().pass(1);
        pass.forward(input);
        return pass.values()[0];
    }

    private static void setOrder(Recording recording, Rollout rollout, int[] epoch, int[] rows) {
        int[] order = recording.permutation(epoch[0]++, rollout.steps(), rollout.environments());
        System.arraycopy(order, 0, rows, 0, rows.length);
    }

    private void checkParameters(Recording recording, ActorCritic actorCritic) {
        names(isGaussian(recording)).forEach((ours, theirs) -> {
            Matrix view = vector(actorCritic, ours).view(ours);
            double[] found = new double[view.size()];
            backend.download(view, found);
            assertThat(found)
                    .as(ours)
                    .containsExactly(recording.parameter("parametersAfter", theirs), within(PARAMETER_ERROR));
        });
    }

    private static void fill(double[] source, double[] target) {
        System.arraycopy(source, 0, target, 0, target.length);
    }
}
