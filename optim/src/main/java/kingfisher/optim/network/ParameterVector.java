package kingfisher.optim.network;

import java.util.List;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;

/**
 * A flat vector on a backend with a view for each named matrix: the parameters of a network, or anything of their shape
 * (a gradient, a moment, a search direction).
 */
public final class ParameterVector {

    private final Backend backend;
    private final ParameterLayout layout;
    private final Matrix values;
    private final List<Matrix> views;

    /** Creates a vector of zeros. */
    public ParameterVector(Backend backend, ParameterLayout layout) {
        this.backend = backend;
        this.layout = layout;
        this.values = backend.allocate(1, layout.size());
        this.views = layout.entries().stream()
                .map(entry -> values.reshaped(entry.offset(), entry.rows(), entry.columns()))
                .toList();
    }

    /** The backend that holds the numbers. */
    public Backend backend() {
        return backend;
    }

    /** The names and shapes of the parts. */
    public ParameterLayout layout() {
        return layout;
    }

    /** All numbers as one row; writing to it writes the vector. */
    public Matrix values() {
        return values;
    }

    /** The view of the part at an index of {@link ParameterLayout#entries}; writing to it writes the vector. */
    public Matrix view(int index) {
        return views.get(index);
    }

    /** The view of a named part; writing to it writes the vector. */
    public Matrix view(String name) {
        return views.get(layout.index(name));
    }

    /** Returns a vector of zeros with the same layout on the same backend. */
    public ParameterVector zerosLike() {
        return new ParameterVector(backend, layout);
    }
}
