package kingfisher.agents.cli;

import java.util.List;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.DiscreteSpace;
import kingfisher.envs.ElementType;
import kingfisher.envs.Space;
import kingfisher.envs.registry.EnvironmentProvider;
import kingfisher.envs.registry.EnvironmentRegistration;

/** Registers a user's environments that have something amiss. */
public final class OddEnvironments implements EnvironmentProvider {

    /** Acts in a space that no distribution fits. */
    static final String WHOLE_NUMBERS = "WholeNumbers-v0";

    /** Throws after some hundred steps. */
    static final String BREAKING = "Breaking-v0";

    /** Pays what is no number after some hundred steps. */
    static final String UNPAID = "Unpaid-v0";

    /** Cannot tell its state. */
    static final String FORGETFUL = "Forgetful-v0";

    @Override
    public List<EnvironmentRegistration> registrations() {
        Space wholeNumbers = BoxSpace.uniform(2, 0, 255, ElementType.UINT8);
        Space buttons = new DiscreteSpace(2);
        return List.of(
                registration(WHOLE_NUMBERS, wholeNumbers),
                registration(BREAKING, buttons),
                registration(UNPAID, buttons),
                registration(FORGETFUL, buttons));
    }

    private static EnvironmentRegistration registration(String id, Space actions) {
        return new EnvironmentRegistration(id, "for tests", arguments -> new OddEnvironment(id, actions));
    }
}
