package kingfisher.optim.backend.cuda;

import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.Shapes;

/** A range of the memory of a graphics processor. */
final class CudaMatrix implements Matrix {
    /** Where the first number lies. */
    final Address address;

    /** What is freed when no matrix refers to it any more. */
    final DeviceMemory memory;

    private final int rows;
    private final int columns;

    CudaMatrix(DeviceMemory memory, long start, int rows, int columns) {
        this.memory = memory;
        this.address = new Address(start);
        this.rows = rows;
        this.columns = columns;
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
    public CudaMatrix reshaped(int offset, int newRows, int newColumns) {
        Shapes.requireRange(this, offset, newRows, newColumns);
        long start = address.address() + (long) offset * memory.device().bytes();
        return new CudaMatrix(memory, start, newRows, newColumns);
    }
}
