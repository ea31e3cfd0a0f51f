package kingfisher.optim.kfac;

import java.util.Map;

/** Reads what was saved, and names what is missing or of another shape. */
final class SavedState {

    private final Map<String, double[]> arrays;

    SavedState(Map<String, double[]> arrays) {
        this.arrays = arrays;
    }

    boolean has(String name) {
        return arrays.containsKey(name);
    }

    /**
     * Returns a copy of a saved array.
     *
     * @throws IllegalArgumentException if there is none, or it has another length
     */
    double[] array(String name, int length) {
        double[] array = arrays.get(name);
        if (array == null) {
            throw new IllegalArgumentException("the saved state has no \"" + name + "\"");
        }
        if (array.length != length) {
            throw new IllegalArgumentException(
                    "saved \"%s\": expected %d numbers, found %d".formatted(name, length, array.length));
        }
        return array.clone();
    }
}
