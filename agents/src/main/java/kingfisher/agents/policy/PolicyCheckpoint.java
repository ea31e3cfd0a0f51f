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
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.Space;
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

    /**
     * Returns the algorithm that made a checkpoint.
     *
     * @throws InvalidInputException if the checkpoint does not say
     */
    public static String algorithm(Checkpoint checkpoint) {
        return checkpoint.text("algorithm");
    }

    /**
     * Returns the settings of a checkpoint.
     *
     * @throws InvalidInputException if there are none, or they cannot be
     */
    public static Settings settings(Checkpoint checkpoint) {
        AlgorithmSettings algorithm = AlgorithmSettings.find(algorithm(checkpoint));
        return checkpoint.read(state -> {
            Settings settings = algorithm.defaults();
            for (Map.Entry<String, JsonNode> entry : state.required("settings").properties()) {
                settings = settings.with(entry.getKey(), entry.getValue().asText(), "the checkpoint");
            }
            algorithm.check(settings);
            return settings;
        });
    }

    /**
     * Returns the specification of the environment that a checkpoint's policy was made for.
     *
     * @throws InvalidInputException if there is none, or it cannot be
     */
    public static EnvironmentSpecification specification(Checkpoint checkpoint) {
        return checkpoint.read(state -> SpecificationJson.read(state.required("specification")));
    }

    /**
     * Checks that an environment still has the spaces that a checkpoint's policy was made for.
     *
     * @throws InvalidInputException if it has others
     */
    public static void requireSpaces(Checkpoint checkpoint, EnvironmentSpecification now) {
        EnvironmentSpecification then = specification(checkpoint);
        requireSame(now.id() + " now has the observations ", then.observationSpace(), now.observationSpace());
        requireSame(now.id() + " now has the actions ", then.actionSpace(), now.actionSpace());
    }

    private static void requireSame(String what, Space then, Space now) {
        if (!now.equals(then)) {
            throw new InvalidInputException(what + now + ", the checkpoint was made with " + then);
        }
    }

    /**
     * Returns the agent of a checkpoint.
     *
     * @throws InvalidInputException if the checkpoint is damaged
     */
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
                .ifPresent(moments -> checkpoint.read(state -> {
                    StateJson.restore(state, OBSERVATION_MOMENTS, moments);
                    return moments;
                }));
    }

    /** Returns the bound of normalized observations that the settings ask for, if they are normalized. */
    static Optional<Double> observationClip(Settings settings) {
        return settings.get(CommonSettings.NORMALIZE_OBSERVATIONS)
                ? Optional.of(settings.get(CommonSettings.CLIP_OBSERVATIONS))
                : Optional.empty();
    }
}
