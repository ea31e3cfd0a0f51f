package kingfisher.envs.registry;

import java.util.List;

/**
 * Adds environments to the registry.
 *
 * <p>A provider is a public class with a public constructor without parameters, named in the file
 * {@code META-INF/services/kingfisher.envs.registry.EnvironmentProvider} of its jar (see {@link java.util.ServiceLoader}).
 */
public interface EnvironmentProvider {

    /** The environments that this provider can make. */
    List<EnvironmentRegistration> registrations();
}
