package kingfisher.optim.kfac;

import kingfisher.optim.backend.Matrix;
import kingfisher.optim.network.ParameterVector;
import org.jspecify.annotations.Nullable;

/**
 * A layer's W̄ [(M + 1) × N] in a parameter vector; the view is made again only if the vector is another one. Several threads
 * may ask at once: in a chain a layer reads the gradient of the next one too.
 */
final class HomogeneousView {

    private final int offset;
    private final int rows;
    private final int columns;
    private @Nullable View last; // vector and matrix in one reference, so that no thread sees one without the other

    private record View(ParameterVector vector, Matrix matrix) {}

    HomogeneousView(int offset, int rows, int columns) {
        this.offset = offset;
        this.rows = rows;
        this.columns = columns;
    }

    Matrix of(ParameterVector viewed) {
        View view = last;
        if (view == null || view.vector() != viewed) {
            view = new View(viewed, viewed.values().reshaped(offset, rows, columns));
            last = view;
        }
        return view.matrix();
    }
}
