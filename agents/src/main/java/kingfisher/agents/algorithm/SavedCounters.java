package kingfisher.agents.algorithm;

import java.util.Map;

/** Reads the numbers of {@link Algorithm#counters} that were saved. */
public final class SavedCounters {

    private SavedCounters() {}

    /**
     * Returns a saved number.
     *
     * @throws IllegalArgumentException if it was not saved
     */
    public static double required(Map<String, Double> counters, String name) {
        Double value = counters.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the saved state lacks " + name);
        }
        return value;
    }
}
