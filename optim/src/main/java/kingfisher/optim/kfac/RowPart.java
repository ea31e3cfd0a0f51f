package kingfisher.optim.kfac;

import java.util.ArrayList;
import java.util.List;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import org.jspecify.annotations.Nullable;

/** Some rows of a product, which one thread computes beside others. */
final class RowPart {

    /* Of this many rows the cpu backend's products are as fast as of all; of fewer they are slower. */
    private static final int LEAST_ROWS = 128;

    private static final int MOST_PARTS = 16;

    private final int first;
    private final int count;
    private @Nullable Matrix whole;
    private @Nullable Matrix rows;

    private RowPart(int first, int count) {
        this.first = first;
        this.count = count;
    }

    /** Cuts so many rows; returns nothing where that does not help. */
    static List<RowPart> cut(Backend backend, int rows) {
        int count = backend.isParallel() ? 1 : Math.min(MOST_PARTS, rows / LEAST_ROWS);
        List<RowPart> parts = new ArrayList<>();
        for (int part = 0; part < count && count > 1; part++) {
            int first = rows * part / count;
            parts.add(new RowPart(first, rows * (part + 1) / count - first));
        }
        return parts;
    }

    /** The first row. */
    int first() {
        return first;
    }

    /** Number of rows. */
    int count() {
        return count;
    }

    /** Returns a new view of these rows. */
    Matrix of(Matrix matrix) {
        return matrix.rowRange(first, count);
    }

    /** The view of these rows of a result, which is kept as long as the result stays the same. */
    Matrix ofResult(Matrix result) {
        Matrix view = rows;
        if (view == null || result != whole) {
            view = of(result);
            rows = view;
            whole = result;
        }
        return view;
    }
}
