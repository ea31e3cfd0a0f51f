package kingfisher.envs.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;

/** Numbers of 64 bits outside of tensors, such as rewards. */
public final class Numbers {

    private Numbers() {}

    /** The bytes of {@code numbers}. */
    public static ByteString write(double[] numbers) {
        byte[] bytes = new byte[Math.multiplyExact(numbers.length, Double.BYTES)];
        for (int i = 0; i < numbers.length; i++) {
            ElementFormat.FLOAT64.set(bytes, i * Double.BYTES, numbers[i]);
        }
        return UnsafeByteOperations.unsafeWrap(bytes);
    }

    /**
     * Reads {@code count} numbers into {@code numbers} from {@code at} on.
     *
     * @param name what they are, for the exception
     * @param buffer of at least {@code 8 * count} bytes; overwritten
     * @throws UnreadableMessageException if there are not that many
     */
    public static void read(ByteString bytes, String name, byte[] buffer, double[] numbers, int at, int count) {
        if (bytes.size() != Double.BYTES * count) {
            throw new UnreadableMessageException(
                    name + " must be " + Double.BYTES * count + " bytes, not " + bytes.size());
        }
        bytes.copyTo(buffer, 0);
        ElementFormat.FLOAT64.read(buffer, 0, numbers, at, count);
    }
}
