package kingfisher.agents.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.CompositeSpace;
import kingfisher.envs.DiscreteSpace;
import kingfisher.envs.ElementType;
import kingfisher.envs.Environment;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.Space;
import kingfisher.envs.registry.EnvironmentArgument;
import kingfisher.envs.registry.EnvironmentProvider;
import kingfisher.envs.registry.EnvironmentRegistration;

/** Registers a user's environments that have something amiss. */
public final class OddEnvironments implements EnvironmentProvider {

    /** Acts in a space that no distribution fits. */
    static final String WHOLE_NUMBERS = "WholeNumbers-v0";

    /** Throws after some steps. */
    static final String BREAKING = "Breaking-v0";

    /** Pays what is no number after some steps. */
    static final String UNPAID = "Unpaid-v0";

    /** Cannot tell its state. */
    static final String FORGETFUL = "Forgetful-v0";

    /** As {@link #FORGETFUL}, but after some steps its server is gone. */
    static final String LOST = "Lost-v0";

    /**
     * Cannot be opened where the file that its argument {@code file} names is absent; with the argument {@code stuck} the
     * second opening in a process takes very long, in which time the file exists.
     */
    static final String GUARDED = "Guarded-v0";

    /** Has composite spaces. */
    static final String PARTS = "Parts-v0";

    private static final long FOREVER = 600_000;

    private static final AtomicInteger OPENED = new AtomicInteger();

    @Override
    public List<EnvironmentRegistration> registrations() {
        Space wholeNumbers = BoxSpace.uniform(2, 0, 255, ElementType.UINT8);
        Space buttons = new DiscreteSpace(2);
        Space parts = new CompositeSpace(List.of(
                new CompositeSpace.Part("button", buttons), new CompositeSpace.Part("gear", new DiscreteSpace(3, 1))));
        return List.of(
                registration(WHOLE_NUMBERS, wholeNumbers),
                registration(BREAKING, buttons),
                registration(UNPAID, buttons),
                registration(FORGETFUL, buttons),
                registration(LOST, buttons),
                registration(PARTS, parts),
                new EnvironmentRegistration(
                        GUARDED,
                        "for tests",
                        List.of(
                                EnvironmentArgument.text("file", "", "must be there"),
                                EnvironmentArgument.flag("stuck", false, "takes very long")),
                        arguments -> guarded(Path.of(arguments.text("file")), arguments.flag("stuck"))));
    }

    private static EnvironmentRegistration registration(String id, Space actions) {
        return new EnvironmentRegistration(id, "for tests", arguments -> new OddEnvironment(id, actions));
    }

    private static Environment guarded(Path file, boolean stuck) {
        try {
            if (stuck && OPENED.incrementAndGet() > 1) {
                Files.createFile(file);
                Thread.sleep(FOREVER);
            } else if (!stuck && !Files.exists(file)) {
                throw new InvalidInputException(GUARDED + ": nothing listens at " + file);
            }
        } catch (IOException | InterruptedException failure) {
            throw new IllegalStateException(failure);
        }
        return new OddEnvironment(GUARDED, new DiscreteSpace(2));
    }
}
