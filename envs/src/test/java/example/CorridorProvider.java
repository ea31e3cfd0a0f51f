package example;

import java.util.List;
import kingfisher.envs.registry.EnvironmentArgument;
import kingfisher.envs.registry.EnvironmentProvider;
import kingfisher.envs.registry.EnvironmentRegistration;

/** Registers the corridor. */
public final class CorridorProvider implements EnvironmentProvider {

    @Override
    public List<EnvironmentRegistration> registrations() {
        return List.of(new EnvironmentRegistration(
                "Corridor-v0",
                "walk along a slippery corridor",
                List.of(EnvironmentArgument.integer("length", 8, "number of places")),
                arguments -> new Corridor(arguments.integer("length"))));
    }
}
