package kingfisher.optim.backend.cpu;

import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.Shapes;
import org.jspecify.annotations.Nullable;

/** Row-major floats in a range of a heap array. */
final class HeapMatrix implements Matrix {

    final float[] data;
    final int offset;
    private final int rows;
    private final int columns;
    private float @Nullable [] scratch;

    HeapMatrix(float[] data, int offset, int rows, int columns) {
        this.data = data;
        this.offset = offset;
        this.rows = rows;
        this.columns = columns;
    }

    /** Returns the index behind the last element. */
    int end() {
        return offset + rows * columns;
    }

    /** Returns an array with the indices of {@link #data}, for any operation that writes this matrix to overwrite. */
    float[] scratch() {
        float[] kept = scratch;
        if (kept == null) {
            kept = new float[end()];
            scratch = kept;
        }
        return kept;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    @Override
    public HeapMatrix reshaped(int from, int newRows, int newColumns) {
        Shapes.requireRange(this, from, newRows, newColumns);
        return new HeapMatrix(data, offset + from, newRows, newColumns);
    }
}
