package kingfisher.agents.recorded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import kingfisher.agents.policy.ActorCritic;
import kingfisher.agents.policy.ActorCritics;
import kingfisher.agents.policy.NetworkPass;
import kingfisher.agents.rollout.Rollout;
import kingfisher.agents.settings.Settings;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.distribution.Categorical;
import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.distribution.Distribution;
import kingfisher.optim.network.ParameterVector;

/** The agent that a recorded update began with, and its rollout. */
public final class RecordedAgent {

    private final Recording recording;
    private final Backend backend;
    private final ActorCritic actorCritic;
    private final Rollout rollout;
    private final Map<String, String> names;
    private int epoch;

    public RecordedAgent(Recording recording, Settings settings, Backend backend) {
        this.recording = recording;
        this.backend = backend;
        int dimensions = recording.actionDimensions();
        Distribution distribution = dimensions > 0 ? DiagonalGaussian.of(dimensions) : Categorical.of(2);
        this.actorCritic = ActorCritics.create(settings, recording.observationSize(), distribution, backend);
        this.names = names(dimensions > 0);
        names.forEach((ours, theirs) -> backend.upload(
                recording.parameter("parametersBefore", theirs), vector(ours).view(ours)));
        this.rollout = createRollout();
    }

    /** Ours to theirs. */
    private static Map<String, String> names(boolean gaussian) {
        Map<String, String> names = new LinkedHashMap<>();
        for (String part : new String[] {"weight", "bias"}) {
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

    private ParameterVector vector(String name) {
        return name.startsWith("policy")
                ? actorCritic.policy().parameters()
                : actorCritic.value().parameters();
    }

    private Rollout createRollout() {
        int environments = recording.settings().path("environments").asInt();
        int steps = recording.settings().path("rollout-steps").asInt();
        double discount = recording.settings().path("discount").asDouble();
        Rollout created = new Rollout(
                backend,
                steps,
                environments,
                recording.observationSize(),
                actorCritic.distribution().actionSize(),
                actorCritic.distribution().parameterSize());
        backend.upload(recording.rollout("observations"), created.observations());
        fill("actions", created.actions());
        fill("logProbabilities", created.logProbabilities());
        fill("rawRewards", created.rewards());
        fill("values", created.values());
        double[] terminated = recording.rollout("terminated");
        double[] truncated = recording.rollout("truncated");
        double[] lastValues = recording.rollout("lastValues");
        for (int i = 0; i < created.size(); i++) {
            boolean last = i >= created.size() - environments;
            created.ended()[i] = terminated[i] != 0 || truncated[i] != 0;
            created.discounts()[i] = terminated[i] != 0 ? 0 : discount;
            created.nextValues()[i] =
                    last ? lastValues[i - created.size() + environments] : created.values()[i + environments];
        }
        for (JsonNode truncation : recording.truncations()) {
            int row = truncation.path("step").asInt() * environments
                    + truncation.path("environment").asInt();
            created.nextValues()[row] = value(Recording.values(truncation.path("observation")));
        }
        return created;
    }

    private void fill(String name, double[] target) {
        double[] source = recording.rollout(name);
        System.arraycopy(source, 0, target, 0, target.length);
    }

    private double value(double[] observation) {
        Matrix input = backend.allocate(1, observation.length);
        backend.upload(observation, input);
        NetworkPass pass = actorCritic.value().pass(1);
        pass.forward(input);
        return pass.values()[0];
    }

    public ActorCritic actorCritic() {
        return actorCritic;
    }

    public Rollout rollout() {
        return rollout;
    }

    /** Orders rows as the next recorded epoch did. */
    public void nextOrder(int[] rows) {
        int[] order = recording.permutation(epoch++, rollout.steps(), rollout.environments());
        System.arraycopy(order, 0, rows, 0, rows.length);
    }

    /** Sets the second moments of an optimizer of each network to the recorded ones. */
    public void setSecondMoments(ParameterVector ofPolicy, ParameterVector ofValue) {
        names.forEach((ours, theirs) -> backend.upload(
                recording.parameter("secondMomentsBefore", theirs),
                (ours.startsWith("policy") ? ofPolicy : ofValue).view(ours)));
    }

    public void assertParametersAfter(double error) {
        names.forEach((ours, theirs) -> {
            Matrix view = vector(ours).view(ours);
            double[] found = new double[view.size()];
            backend.download(view, found);
            assertThat(found).as(ours).containsExactly(recording.parameter("parametersAfter", theirs), within(error));
        });
    }
}
