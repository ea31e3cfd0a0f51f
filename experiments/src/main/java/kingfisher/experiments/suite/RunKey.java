package kingfisher.experiments.suite;

import java.util.Comparator;

/**
 * Which run of a suite: no two have the same.
 *
 * @param algorithm for example {@code ppo}
 * @param environment the environment's id
 * @param seed of the run
 */
public record RunKey(String algorithm, String environment, long seed) implements Comparable<RunKey> {
    private static final Comparator<RunKey> ORDER = Comparator.comparing(RunKey::algorithm)
            .thenComparing(RunKey::environment)
            .thenComparingLong(RunKey::seed);

    /** Returns a name that is fit for a file. */
    public String fileName() {
        return algorithm + "-" + fileName(environment) + "-" + seed;
    }

    /** Returns an environment's id with everything replaced that does not belong in a file name. */
    public static String fileName(String environment) {
        return environment.replaceAll("[^A-Za-z0-9._]+", "-");
    }

    @Override
    public int compareTo(RunKey other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return algorithm + " " + environment + " seed " + seed;
    }
}
