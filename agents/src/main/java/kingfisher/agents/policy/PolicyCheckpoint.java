package kingfisher.agents.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import kingfisher.agents.run.Checkpoint;
import kingfisher.agents.run.Tensor;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.CommonSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.optim.backend.Backend;

/**
 * The part of a checkpoint that makes a policy: what it sees and does, its settings, its networks and the moments that
 * normalize its observations.
 */
public final class PolicyCheckpoint {

    private static final String OBSERVATION_MOMENTS = "observationMoments";

    private PolicyCheckpoint() {}

    /** Adds everything that {@link #agent} and {@link #restore} read. */
    public static void save(
            String algorithm, Settings settings, Agent agent, Map<String, Tensor> tensors, ObjectNode state) {
        state.put("algorithm", algorithm);
        ObjectNode texts = state.putObject("settings");
        settings.texts().forEach(texts::put);
        state.set("specification", SpecificationJson.write(agent.specification()));
        agent.observations().moments().ifPresent(moments -> StateJson.put(state, OBSERVATION_MOMENTS, moments));
        for (PolicyValueNetwork network : agent.actorCritic().networks()) {
            NetworkTensors.save("", network.parameters(), tensors);
        }
    }

    /** Returns the algorithm that made a checkpoint. */
    public static String algorithm(Checkpoint checkpoint) {
        return checkpoint.state().required("algorithm").asText();
    }

    /** Returns the settings of a checkpoint. */
    public static Settings settings(Checkpoint checkpoint) {
        Settings settings = AlgorithmSettings.find(
                        checkpoint.state().required("algorithm").asText())
                .defaults();
        for (Map.Entry<String, JsonNode> entry :
                checkpoint.state().required("settings").properties()) {
            settings = settings.with(entry.getKey(), entry.getValue().asText(), "the checkpoint");
        }
        return settings;
    }

    /** Returns the specification of the environment that a checkpoint's policy was made for. */
    public static EnvironmentSpecification specification(Checkpoint checkpoint) {
        return SpecificationJson.read(checkpoint.state().required("specification"));
    }

    /** Returns the agent of a checkpoint. */
    public static Agent agent(Checkpoint checkpoint, Backend backend) {
        Agent agent = Agent.create(settings(checkpoint), specification(checkpoint), backend);
        restore(checkpoint, agent);
        return agent;
    }

    /** Sets an agent of the same settings and specification to a checkpoint's. */
    public static void restore(Checkpoint checkpoint, Agent agent) {
        for (PolicyValueNetwork network : agent.actorCritic().networks()) {
            NetworkTensors.restore("", checkpoint, network.parameters());
        }
        agent.observations()
                .moments()
                .ifPresent(moments -> StateJson.restore(checkpoint.state(), OBSERVATION_MOMENTS, moments));
    }

    /** Returns the bound of normalized observations that the settings ask for, if they are normalized. */
    static Optional<Double> observationClip(Settings settings) {
        return settings.get(CommonSettings.NORMALIZE_OBSERVATIONS)
                ? Optional.of(settings.get(CommonSettings.CLIP_OBSERVATIONS))
                : Optional.empty();
    }
}
