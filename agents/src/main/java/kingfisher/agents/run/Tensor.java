package kingfisher.agents.run;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Numbers in row-major order with a shape. The numbers are not copied: whoever changes the array changes the tensor. */
public sealed interface Tensor {

    /** Returns the size of each dimension; none for a single number. */
    int[] shape();

    /** Returns how many numbers there are. */
    int size();

    /** Returns the name that the safetensors format has for the type of the numbers. */
    String type();

    /** Returns the bytes that one number takes. */
    int width();

    /** Returns the numbers, widened where they are narrower than a double. */
    DoubleStream numbers();

    /** Appends the numbers {@code [from, from + count)} to the buffer, in its byte order. */
    void put(int from, int count, ByteBuffer buffer);

    /** Takes the numbers {@code [from, from + count)} from the buffer. */
    void take(int from, int count, ByteBuffer buffer);

    /**
     * Returns a tensor on the array.
     *
     * @throws IllegalArgumentException if the shape has not as many elements as the array
     */
    static Floats of(float[] values, int... shape) {
        return new Floats(values, shape);
    }

    /**
     * Returns a tensor on the array.
     *
     * @throws IllegalArgumentException if the shape has not as many elements as the array
     */
    static Doubles of(double[] values, int... shape) {
        return new Doubles(values, shape);
    }

    /** Numbers of 32 bits. */
    final class Floats implements Tensor {
        private final float[] values;
        private final int[] shape;

        private Floats(float[] values, int[] shape) {
            this.values = values;
            this.shape = checked(shape, values.length);
        }

        /** Returns the array itself. */
        public float[] values() {
            return values;
        }

        @Override
        public int[] shape() {
            return shape.clone();
        }

        @Override
        public int size() {
            return values.length;
        }

        @Override
        public DoubleStream numbers() {
            return IntStream.range(0, values.length).mapToDouble(i -> values[i]);
        }

        @Override
        public String type() {
            return "F32";
        }

        @Override
        public int width() {
            return Float.BYTES;
        }

        @Override
        public void put(int from, int count, ByteBuffer buffer) {
            buffer.asFloatBuffer().put(values, from, count);
            buffer.position(buffer.position() + count * Float.BYTES);
        }

        @Override
        public void take(int from, int count, ByteBuffer buffer) {
            buffer.asFloatBuffer().get(values, from, count);
            buffer.position(buffer.position() + count * Float.BYTES);
        }
    }

    /** Numbers of 64 bits. */
    final class Doubles implements Tensor {
        private final double[] values;
        private final int[] shape;

        private Doubles(double[] values, int[] shape) {
            this.values = values;
            this.shape = checked(shape, values.length);
        }

        /** Returns the array itself. */
        public double[] values() {
            return values;
        }

        @Override
        public int[] shape() {
            return shape.clone();
        }

        @Override
        public int size() {
            return values.length;
        }

        @Override
        public DoubleStream numbers() {
            return Arrays.stream(values);
        }

        @Override
        public String type() {
            return "F64";
        }

        @Override
        public int width() {
            return Double.BYTES;
        }

        @Override
        public void put(int from, int count, ByteBuffer buffer) {
            buffer.asDoubleBuffer().put(values, from, count);
            buffer.position(buffer.position() + count * Double.BYTES);
        }

        @Override
        public void take(int from, int count, ByteBuffer buffer) {
            buffer.asDoubleBuffer().get(values, from, count);
            buffer.position(buffer.position() + count * Double.BYTES);
        }
    }

    private static int[] checked(int[] shape, int length) {
        long size = 1;
        for (int dimension : shape) {
            if (dimension < 0) {
                throw new IllegalArgumentException("shape must not be negative: " + Arrays.toString(shape));
            }
            size = Math.min(size, 1L << Integer.SIZE) * dimension; // what fits no array stays so, without overflow
        }
        if (size != length) {
            throw new IllegalArgumentException(
                    "shape " + Arrays.toString(shape) + " has " + size + " elements, the array " + length);
        }
        return shape.clone();
    }
}
