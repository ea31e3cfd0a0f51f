package kingfisher.agents.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import kingfisher.agents.policy.PolicyCheckpoint;
import kingfisher.agents.run.Checkpoint;
import kingfisher.agents.settings.Settings;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.remote.EnvironmentOpener;

/**
 * Everything that decides the result of a training, but for the code.
 *
 * @param algorithm for example {@code ppo}
 * @param settings of that algorithm
 * @param environments what the agent acts in
 * @param seed from which all generators of the run are derived, 0 or more
 */
public record TrainingPlan(String algorithm, Settings settings, EnvironmentSource environments, long seed) {

    /** Checks the seed. */
    public TrainingPlan {
        if (seed < 0) {
            throw new InvalidInputException("seed must be from 0 to " + Long.MAX_VALUE + ": " + seed);
        }
    }

    /**
     * Returns the plan of a checkpoint.
     *
     * @param opener reaches its environment; nothing is opened yet
     * @throws InvalidInputException if the checkpoint is damaged
     */
    public static TrainingPlan of(Checkpoint checkpoint, EnvironmentOpener opener) {
        return new TrainingPlan(
                PolicyCheckpoint.algorithm(checkpoint),
                PolicyCheckpoint.settings(checkpoint),
                checkpoint.read(state -> source(state.required("environmentSource"), opener)),
                checkpoint.wholeNumber("seed"));
    }

    private static EnvironmentSource source(JsonNode environment, EnvironmentOpener opener) {
        Map<String, String> arguments = new LinkedHashMap<>();
        environment
                .required("arguments")
                .properties()
                .forEach(entry -> arguments.put(entry.getKey(), entry.getValue().asText()));
        return EnvironmentSource.opened(opener, environment.required("id").asText(), arguments);
    }

    /** Adds to a checkpoint's state what {@link #of} reads beside algorithm and settings. */
    void save(ObjectNode state) {
        state.put("seed", seed);
        ObjectNode environment = state.putObject("environmentSource").put("id", environments.id());
        ObjectNode arguments = environment.putObject("arguments");
        environments.arguments().forEach(arguments::put);
    }

    /** Returns this plan with other settings. */
    public TrainingPlan with(Settings changed) {
        return new TrainingPlan(algorithm, changed, environments, seed);
    }
}
