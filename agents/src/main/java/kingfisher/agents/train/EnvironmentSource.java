package kingfisher.agents.train;

import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;
import kingfisher.envs.Environment;
import kingfisher.envs.SequentialVectorEnvironment;
import kingfisher.envs.VectorEnvironment;
import kingfisher.envs.registry.Environments;
import kingfisher.envs.remote.EnvironmentOpener;

/**
 * Where a training gets its environments.
 *
 * @param id what the environment is called in results
 * @param arguments of the environment, by name; empty if code of one's own makes it
 * @param opening makes groups of environments
 */
public record EnvironmentSource(String id, Map<String, String> arguments, Opening opening) {

    /** Makes groups of environments. */
    @FunctionalInterface
    public interface Opening {

        /** Returns so many groups of {@code count} environments each, which step independently of each other. */
        List<VectorEnvironment> open(int count, int groups);
    }

    /** Keeps a copy of the arguments. */
    public EnvironmentSource {
        arguments = Map.copyOf(arguments);
    }

    private static EnvironmentSource ofSingle(
            String id, Map<String, String> arguments, IntFunction<VectorEnvironment> single) {
        return new EnvironmentSource(
                id, arguments, (count, groups) -> VectorEnvironment.several(groups, g -> single.apply(count)));
    }

    /** Returns what makes a single group of the given number of environments. */
    public IntFunction<VectorEnvironment> factory() {
        return count -> opening.open(count, 1).get(0);
    }

    /** Returns the source of an environment that an opener reaches: native, local or remote. */
    public static EnvironmentSource opened(EnvironmentOpener opener, String id, Map<String, String> arguments) {
        return new EnvironmentSource(
                id, arguments, (count, groups) -> opener.openVectors(id, arguments, count, groups));
    }

    /** Returns the source of a native environment. */
    public static EnvironmentSource registered(String id, Map<String, String> arguments) {
        return ofSingle(id, arguments, count -> Environments.createVector(id, arguments, count));
    }

    /** Returns the source of an environment that is made by code of one's own; its groups are stepped one by one. */
    public static EnvironmentSource of(String id, Supplier<? extends Environment> environment) {
        return ofSingle(
                id,
                Map.of(),
                count -> new SequentialVectorEnvironment(
                        Stream.generate(environment).limit(count).toList()));
    }
}
