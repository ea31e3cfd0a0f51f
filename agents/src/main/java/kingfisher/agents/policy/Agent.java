package kingfisher.agents.policy;

import kingfisher.agents.settings.CommonSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.InvalidInputException;
import kingfisher.optim.backend.Backend;

/**
 * Networks with what stands between them and an environment.
 *
 * @param specification of the environment
 * @param actorCritic the networks
 * @param observations the way from observations to network inputs
 * @param actions the way from the distribution's outcomes to actions
 * @param valueInputs the way from the policy's inputs to the value network's
 */
public record Agent(
        EnvironmentSpecification specification,
        ActorCritic actorCritic,
        ObservationPipeline observations,
        ActionAdapter actions,
        ValueInputs valueInputs) {

    /**
     * Returns an agent whose parameters are zero.
     *
     * @throws InvalidInputException if the action space fits no distribution
     */
    public static Agent create(Settings settings, EnvironmentSpecification specification, Backend backend) {
        ActionAdapter actions = ActionAdapter.of(specification);
        ObservationPipeline observations = new ObservationPipeline(
                specification.observationSpace(),
                PolicyCheckpoint.observationClip(settings),
                settings.get(CommonSettings.PREVIOUS_OBSERVATION));
        ActorCritic actorCritic = ActorCritics.create(settings, observations.size(), actions.distribution(), backend);
        ValueInputs valueInputs = ValueInputs.of(settings, observations.size(), actions.distribution());
        return new Agent(specification, actorCritic, observations, actions, valueInputs);
    }

    /** Returns an actor for {@code rows} observations at a time, which follows later changes of the networks. */
    public Actor actor(int rows) {
        return new Actor(actorCritic.policy(), observations, actions, rows);
    }
}
