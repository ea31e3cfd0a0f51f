package kingfisher.envs.registry;

import java.util.List;

/**
 * An environment that can be opened by its id.
 *
 * @param id its name, such as {@code CartPole-v1}
 * @param description one line for a list of environments
 * @param arguments what can be set when it is opened
 * @param factory makes it
 */
public record EnvironmentRegistration(
        String id, String description, List<EnvironmentArgument> arguments, EnvironmentFactory factory) {

    /** Copies the list and checks the id. */
    public EnvironmentRegistration {
        arguments = List.copyOf(arguments);
        if (id.isBlank() || id.contains(":")) {
            throw new IllegalArgumentException("an environment's id must not be blank or contain a colon: " + id);
        }
    }

    /** An environment without arguments. */
    public EnvironmentRegistration(String id, String description, EnvironmentFactory factory) {
        this(id, description, List.of(), factory);
    }
}
