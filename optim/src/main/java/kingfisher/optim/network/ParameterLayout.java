package kingfisher.optim.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The names, shapes and places of the matrices that make up a flat parameter vector. */
public final class ParameterLayout {

    /**
     * One named matrix within the vector.
     *
     * @param offset index of its first element in the flat vector; elements are in row-major order
     */
    public record Entry(String name, int offset, int rows, int columns) {}

    private final List<Entry> entries;
    private final Map<String, Integer> indexByName = new HashMap<>();
    private final int size;

    private ParameterLayout(List<Entry> entries, int size) {
        this.entries = List.copyOf(entries);
        this.size = size;
        for (int i = 0; i < entries.size(); i++) {
            if (indexByName.put(entries.get(i).name(), i) != null) {
                throw new IllegalArgumentException(
                        "two parameters have the name " + entries.get(i).name());
            }
        }
    }

    /** Returns an empty builder. */
    public static Builder builder() {
        return new Builder();
    }

    /** The entries in the order in which they lie in the vector. */
    public List<Entry> entries() {
        return entries;
    }

    /** Number of scalars in the vector. */
    public int size() {
        return size;
    }

    /**
     * Returns the index into {@link #entries} of a name.
     *
     * @throws IllegalArgumentException if there is no such parameter
     */
    public int index(String name) {
        Integer index = indexByName.get(name);
        if (index == null) {
            throw new IllegalArgumentException(
                    "no parameter is called " + name + "; there are " + indexByName.keySet());
        }
        return index;
    }

    /** Collects entries one behind the other. */
    public static final class Builder {

        private final List<Entry> entries = new ArrayList<>();
        private int size;

        private Builder() {}

        /** Appends a matrix; returns this builder. */
        public Builder add(String name, int rows, int columns) {
            entries.add(new Entry(name, size, rows, columns));
            size = Math.addExact(size, Math.multiplyExact(rows, columns));
            return this;
        }

        /** Returns the layout of everything that was added. */
        public ParameterLayout build() {
            return new ParameterLayout(entries, size);
        }
    }
}
