package kingfisher.agents.settings;

import java.util.List;
import java.util.function.Consumer;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.NearestNames;

/** What a user can set of one algorithm. */
public final class AlgorithmSettings {
    private final String name;
    private final SettingSet settings;
    private final Consumer<Settings> check;

    AlgorithmSettings(String name, SettingSet settings, Consumer<Settings> check) {
        this.name = name;
        this.settings = settings;
        this.check = check;
    }

    /**
     * Returns the settings of the algorithm with the name.
     *
     * @throws InvalidInputException if there is no such algorithm
     */
    public static AlgorithmSettings find(String name) {
        for (AlgorithmSettings algorithm : all()) {
            if (algorithm.name.equals(name)) {
                return algorithm;
            }
        }
        throw new InvalidInputException("unknown algorithm: " + Quoted.of(name) + NearestNames.hint(name, names()));
    }

    /** Returns the names of all algorithms. */
    public static List<String> names() {
        return all().stream().map(AlgorithmSettings::name).toList();
    }

    private static List<AlgorithmSettings> all() {
        // a method, since a constant would need the constants of the algorithms while they need this class
        return List.of(PpoSettings.ALGORITHM, TrpoSettings.ALGORITHM, A2cSettings.ALGORITHM, AcktrSettings.ALGORITHM);
    }

    /** Returns the algorithm's name, as in {@code ppo}. */
    public String name() {
        return name;
    }

    /** Returns the settings that the algorithm has. */
    public SettingSet settings() {
        return settings;
    }

    /** Returns the settings where nobody sets anything. */
    public Settings defaults() {
        return Settings.defaults(settings);
    }

    /**
     * Checks that the values fit each other.
     *
     * @throws InvalidInputException if they do not; the message names the setting, its value and where that came from
     */
    public void check(Settings values) {
        check.accept(values);
    }
}
