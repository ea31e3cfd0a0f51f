package kingfisher.agents.settings;

import java.util.List;
import java.util.Optional;
import kingfisher.envs.InvalidInputException;

/**
 * Decides what holds for each setting: an assignment of the command line, else the user's file, else the preset, else
 * the default.
 */
public final class SettingsResolver {
    /** What messages call an assignment of the command line. */
    private static final String OPTION = "--set";

    private SettingsResolver() {}

    /**
     * Returns the settings of a run. They are not yet checked against each other: see {@link AlgorithmSettings#check}.
     *
     * @param preset what the environment's preset sets, if it has one
     * @param config what the user's file sets, if there is one
     * @param assignments {@code key=value} each; the later one of the same key holds
     * @throws InvalidInputException if a key is unknown, a value is not accepted or an assignment has no {@code =}
     */
    public static Settings resolve(
            AlgorithmSettings algorithm,
            Optional<ConfigFile> preset,
            Optional<ConfigFile> config,
            List<String> assignments) {
        Settings settings = algorithm.defaults();
        if (preset.isPresent()) {
            settings = preset.get().applyTo(settings);
        }
        if (config.isPresent()) {
            settings = config.get().applyTo(settings);
        }
        for (String assignment : assignments) {
            int equals = assignment.indexOf('=');
            if (equals < 0) {
                throw new InvalidInputException(OPTION + " must be key=value: " + Quoted.of(assignment));
            }
            String key = assignment.substring(0, equals).strip();
            settings = settings.with(key, assignment.substring(equals + 1), OPTION);
        }
        return settings;
    }
}
