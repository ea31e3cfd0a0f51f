package kingfisher.envs.remote;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import kingfisher.env.v1.AutoresetMode;
import kingfisher.env.v1.CreateGroupRequest;
import kingfisher.env.v1.InfoSelection;
import kingfisher.env.v1.Value;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.wire.ArgumentValues;
import kingfisher.envs.wire.Protocol;

/**
 * Which environments a group has, and how it treats them.
 *
 * @param id what they are called here: {@code gym:HalfCheetah-v5}
 * @param environment what the server calls them: {@code HalfCheetah-v5}
 * @param arguments of each, by name
 * @param timeLimit the step of an episode at which it is truncated, 0 for none; absent: the environment's own
 * @param autoreset what happens when an episode ends
 * @param infos what is told beside observations
 */
record GroupSettings(
        String id,
        String environment,
        Map<String, Value> arguments,
        OptionalInt timeLimit,
        AutoresetMode autoreset,
        InfoSelection infos) {

    /** The argument that sets the time limit, as it does for {@code gymnasium.make}. */
    private static final String TIME_LIMIT = "max_episode_steps";

    /** Copies the map. */
    GroupSettings {
        arguments = Map.copyOf(arguments);
    }

    /**
     * Reads the arguments of a command line.
     *
     * @throws InvalidInputException if one is not of the form that {@link ArgumentValues} reads, or no time limit
     */
    static GroupSettings of(
            String id, String environment, Map<String, String> texts, AutoresetMode autoreset, InfoSelection infos) {
        Map<String, Value> arguments = new LinkedHashMap<>();
        texts.forEach((name, text) -> arguments.put(name, ArgumentValues.parse(name, text)));
        Value limit = arguments.remove(TIME_LIMIT);
        OptionalInt timeLimit = limit == null ? OptionalInt.empty() : OptionalInt.of(timeLimit(id, limit));
        return new GroupSettings(id, environment, arguments, timeLimit, autoreset, infos);
    }

    private static int timeLimit(String id, Value value) {
        if (value.getNone()) {
            return 0;
        }
        if (!value.hasInteger() || value.getInteger() < 1 || value.getInteger() > Integer.MAX_VALUE) {
            throw new InvalidInputException(
                    id + ": argument " + TIME_LIMIT + " must be a whole number of at least 1, or"
                            + " none for no limit: " + ArgumentValues.text(TIME_LIMIT, value));
        }
        return (int) value.getInteger();
    }

    /** What a server is asked for. */
    CreateGroupRequest request(int count) {
        CreateGroupRequest.Builder request = CreateGroupRequest.newBuilder()
                .setProtocol(Protocol.VERSION)
                .setEnvironment(environment)
                .putAllArguments(arguments)
                .setCount(count)
                .setAutoreset(autoreset)
                .setInfos(infos);
        timeLimit.ifPresent(request::setTimeLimit);
        return request.build();
    }
}
