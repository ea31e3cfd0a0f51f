package kingfisher.optim.kfac;

import java.util.Objects;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.network.ParameterVector;
import org.jspecify.annotations.Nullable;

/** A layer's W̄ [(M + 1) × N] in a parameter vector; the view is made again only if the vector is another one. */
final class HomogeneousView {

    private final int offset;
    private final int rows;
    private final int columns;
    private @Nullable ParameterVector vector;
    private @Nullable Matrix view;

    HomogeneousView(int offset, int rows, int columns) {
        this.offset = offset;
        this.rows = rows;
        this.columns = columns;
    }

    Matrix of(ParameterVector viewed) {
        if (viewed != vector) {
            vector = viewed;
            view = viewed.values().reshaped(offset, rows, columns);
        }
        return Objects.requireNonNull(view);
    }
}
