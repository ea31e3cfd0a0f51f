package kingfisher.optim.backend.cuda;

import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import kingfisher.optim.backend.Precision;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** Memory of the host that the device copies from and to, in which numbers have the device's type. */
final class Staging implements AutoCloseable {
    private final Precision precision;
    private Pointer pages = new Pointer();
    private long capacity;
    private FloatBuffer floats = FloatBuffer.allocate(0);
    private DoubleBuffer doubles = DoubleBuffer.allocate(0);
    private IntBuffer integers = IntBuffer.allocate(0);
    // numbers change their type on the heap, where the loops vectorise
    private float[] narrowed = new float[0];

    Staging(Precision precision) {
        this.precision = precision;
    }

    /** Makes room for at least so many bytes; what is there is lost then. No copy may be under way. */
    void reserve(long bytes) {
        if (bytes <= capacity) {
            return;
        }
        close();
        Pointer fresh = new Pointer();
        Status.ofRuntime("cudaMallocHost of " + bytes + " bytes", cudart.cudaMallocHost(fresh, bytes));
        pages = fresh;
        capacity = bytes;
        ByteBuffer buffer = new BytePointer(fresh).capacity(bytes).asByteBuffer();
        floats = buffer.asFloatBuffer();
        doubles = buffer.asDoubleBuffer();
        integers = buffer.asIntBuffer();
    }

    /** Where the copies start. */
    Pointer pages() {
        return pages;
    }

    /** Takes {@code [rows × columns]} numbers from a host array, row after row. */
    void load(double[] source, int offset, int stride, int rows, int columns) {
        if (precision == Precision.DOUBLE) {
            for (int row = 0; row < rows; row++) {
                doubles.put(row * columns, source, offset + row * stride, columns);
            }
            return;
        }
        float[] numbers = narrowed(rows * columns);
        for (int row = 0; row < rows; row++) {
            int from = offset + row * stride;
            int to = row * columns;
            for (int column = 0; column < columns; column++) {
                numbers[to + column] = (float) source[from + column];
            }
        }
        floats.put(0, numbers, 0, rows * columns);
    }

    /** Gives {@code [rows × columns]} numbers to a host array, row after row. */
    void store(int rows, int columns, double[] target, int offset, int stride) {
        if (precision == Precision.DOUBLE) {
            for (int row = 0; row < rows; row++) {
                doubles.get(row * columns, target, offset + row * stride, columns);
            }
            return;
        }
        float[] numbers = narrowed(rows * columns);
        floats.get(0, numbers, 0, rows * columns);
        for (int row = 0; row < rows; row++) {
            int from = row * columns;
            int to = offset + row * stride;
            for (int column = 0; column < columns; column++) {
                target[to + column] = numbers[from + column];
            }
        }
    }

    private float[] narrowed(int count) {
        if (narrowed.length < count) {
            narrowed = new float[count];
        }
        return narrowed;
    }

    void load(int[] source, int offset, int count) {
        integers.put(0, source, offset, count);
    }

    /** Adds up doubles, in order. */
    double sum(int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += doubles.get(i);
        }
        return sum;
    }

    @Override
    public void close() {
        if (capacity > 0) {
            capacity = 0;
            Status.ofRuntime("cudaFreeHost", cudart.cudaFreeHost(pages));
        }
    }
}
