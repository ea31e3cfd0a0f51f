package kingfisher.agents.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kingfisher.envs.InvalidInputException;
import picocli.CommandLine.Option;

/** The options that name an environment. */
final class EnvironmentOptions {

    @Option(
            names = "--env",
            paramLabel = "ID",
            defaultValue = "CartPole-v1",
            description = "Environment (default: ${DEFAULT-VALUE}); the command envs lists the native ones,"
                    + " gym:ID is one of Gymnasium's, grpc://HOST:PORT/ID one of a server.")
    private String id = "";

    @Option(
            names = "--env-arg",
            paramLabel = "KEY=VALUE",
            description = "Argument of the environment; may be given several times.")
    private List<String> arguments = List.of();

    /** The environment's id. */
    String id() {
        return id;
    }

    /**
     * Returns the environment's arguments.
     *
     * @throws InvalidInputException if one is not of the form key=value or is given twice
     */
    Map<String, String> arguments() {
        return parse(arguments);
    }

    /** The same for the texts of {@code --env-arg} of a command that names its environment otherwise. */
    static Map<String, String> parse(List<String> texts) {
        Map<String, String> map = new LinkedHashMap<>();
        for (String text : texts) {
            int equals = text.indexOf('=');
            if (equals < 1) {
                throw new InvalidInputException("--env-arg must be key=value: " + OptionValues.shown(text));
            }
            String key = text.substring(0, equals);
            if (map.put(key, text.substring(equals + 1)) != null) {
                throw new InvalidInputException("--env-arg gives " + key + " twice");
            }
        }
        return map;
    }
}
