package kingfisher.optim.kfac;

import java.util.Map;

/** Reads what was saved, and names what is missing or of another shape. */
public final class SavedState {

    private final Map<String, double[]> arrays;

    /** Reads from arrays by name, which are kept by reference. */
    public SavedState(Map<String, double[]> arrays) {
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
    public double[] array(String name, int length) {
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

    /** Returns copies of the arrays {@code prefix + 0} and so on, of these lengths. */
    double[][] arrays(String prefix, int[] lengths) {
        double[][] arrays = new double[lengths.length][];
        for (int i = 0; i < lengths.length; i++) {
            arrays[i] = array(prefix + i, lengths[i]);
        }
        return arrays;
    }
}
