package kingfisher.envs.registry;

import kingfisher.envs.Environment;

/** Makes one environment. */
@FunctionalInterface
public interface EnvironmentFactory {

    /**
     * Makes a new environment; time limit and call order are enforced by the registry around it.
     *
     * @param arguments a value for each declared argument
     * @throws kingfisher.envs.InvalidInputException if a value is not accepted
     */
    Environment create(EnvironmentArguments arguments);
}
