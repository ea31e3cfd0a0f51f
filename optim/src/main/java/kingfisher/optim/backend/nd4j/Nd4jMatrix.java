package kingfisher.optim.backend.nd4j;

import java.util.EnumMap;
import java.util.Map;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.Shapes;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A range of a buffer off the heap, seen as a matrix, as its transpose and as a vector.
 *
 * <p>What an operation needs to write this matrix (bound operations, a scalar, scratch) is made at first use and kept.
 */
final class Nd4jMatrix implements Matrix {
    /** [rows × columns], row after row. */
    final INDArray array;
    /** [columns × rows], column after column: the same numbers in the same places. */
    final INDArray transposed;
    /** All numbers in one row. */
    final INDArray vector;

    private final DataBuffer buffer;
    private final int offset;
    private final int rows;
    private final int columns;
    private final Map<Operation, BoundOperation> bound = new EnumMap<>(Operation.class);
    private @Nullable INDArray scalar;
    private @Nullable Nd4jMatrix scratch;

    private Nd4jMatrix(DataBuffer buffer, int offset, int rows, int columns) {
        this.buffer = buffer;
        this.offset = offset;
        this.rows = rows;
        this.columns = columns;
        this.array = Nd4j.create(buffer, new long[] {rows, columns}, new long[] {columns, 1}, offset, 'c');
        this.transposed = Nd4j.create(buffer, new long[] {columns, rows}, new long[] {1, columns}, offset, 'f');
        this.vector = Nd4j.create(buffer, new long[] {size()}, new long[] {1}, offset, 'c');
    }

    static Nd4jMatrix zeros(DataType type, int rows, int columns) {
        return new Nd4jMatrix(Nd4j.zeros(type, (long) rows * columns).data(), 0, rows, columns);
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
    public Nd4jMatrix reshaped(int from, int newRows, int newColumns) {
        Shapes.requireRange(this, from, newRows, newColumns);
        return new Nd4jMatrix(buffer, offset + from, newRows, newColumns);
    }

    DataType type() {
        return buffer.dataType();
    }

    double get(long index) {
        return buffer.getDouble(offset + index);
    }

    void set(long index, double value) {
        buffer.put(offset + index, value);
    }

    /** Returns an operation that writes this matrix. */
    BoundOperation into(Operation operation) {
        return bound.computeIfAbsent(
                operation,
                key -> new BoundOperation(
                        key,
                        switch (key) {
                            case ASSIGN, SCALE_ROWS -> array;
                            case MATRIX_PRODUCT -> transposed;
                            default -> vector;
                        }));
    }

    /** Returns an array of one number, which is overwritten by the next call. */
    INDArray scalar(double value) {
        INDArray kept = scalar;
        if (kept == null) {
            kept = Nd4j.scalar(type(), value);
            scalar = kept;
        }
        return kept.putScalar(0, value);
    }

    /** Returns a matrix of this shape whose content may be overwritten by any operation that writes this one. */
    Nd4jMatrix scratch() {
        Nd4jMatrix kept = scratch;
        if (kept == null) {
            kept = zeros(type(), rows, columns);
            scratch = kept;
        }
        return kept;
    }
}
