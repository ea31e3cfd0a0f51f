package kingfisher.experiments.suite;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.NearestNames;

/**
 * Some runs of a suite, as {@code --only} names them: {@code algorithm=ppo,environment=CartPole-v1,seed=0}. Gymnasium's
 * environments may be named with or without {@code gym:}.
 */
public final class RunSelection {
    private static final String OPTION = "--only";
    private static final String ENVIRONMENT = "environment";
    private static final Map<String, Function<RunKey, String>> KEYS = keys();

    private RunSelection() {}

    private static Map<String, Function<RunKey, String>> keys() {
        Map<String, Function<RunKey, String>> keys = new LinkedHashMap<>();
        keys.put("algorithm", RunKey::algorithm);
        keys.put(ENVIRONMENT, run -> withoutPlace(run.environment()));
        keys.put("seed", run -> Long.toString(run.seed()));
        return keys;
    }

    /**
     * Returns the runs that the text names, in the suite's order. Values of one key are alternatives; a key that is not
     * named leaves all.
     *
     * @throws InvalidInputException if the text has an unknown key, a value that no run of the suite has, or leaves no run
     */
    public static List<RunKey> parse(String text, Suite suite) {
        Map<String, Set<String>> wanted = new LinkedHashMap<>();
        for (String condition : text.split(",", -1)) {
            int equals = condition.indexOf('=');
            if (equals < 0) {
                throw new InvalidInputException(OPTION + " must be key=value,…: " + text);
            }
            String key = condition.substring(0, equals).strip();
            String given = condition.substring(equals + 1).strip();
            String value = key.equals(ENVIRONMENT) ? withoutPlace(given) : given;
            check(key, value, suite);
            wanted.computeIfAbsent(key, any -> new LinkedHashSet<>()).add(value);
        }
        List<RunKey> selected = suite.runs().stream()
                .filter(run -> wanted.entrySet().stream()
                        .allMatch(entry ->
                                entry.getValue().contains(read(entry.getKey()).apply(run))))
                .toList();
        if (selected.isEmpty()) {
            throw new InvalidInputException(OPTION + " leaves no run of " + suite.name() + ": " + text);
        }
        return selected;
    }

    private static String withoutPlace(String environment) {
        return environment.startsWith(Suites.GYMNASIUM)
                ? environment.substring(Suites.GYMNASIUM.length())
                : environment;
    }

    private static void check(String key, String value, Suite suite) {
        Function<RunKey, String> part = read(key);
        Set<String> known = suite.runs().stream().map(part).collect(Collectors.toCollection(TreeSet::new));
        if (!known.contains(value)) {
            throw new InvalidInputException(
                    OPTION + ": " + suite.name() + " has no " + key + " " + value + NearestNames.hint(value, known));
        }
    }

    private static Function<RunKey, String> read(String key) {
        Function<RunKey, String> part = KEYS.get(key);
        if (part == null) {
            throw new InvalidInputException(OPTION + " knows no " + key + NearestNames.hint(key, KEYS.keySet()));
        }
        return part;
    }
}
