package kingfisher.envs.wire;

import java.util.Arrays;
import java.util.List;

/** Lengths of dimensions in messages. */
final class Shape {

    private Shape() {}

    /**
     * The lengths as {@code int}s.
     *
     * @throws UnreadableMessageException if there are no elements, or more than an array holds
     */
    static int[] read(List<Long> lengths, String place) {
        long size = 1;
        for (long length : lengths) {
            if (length < 1 || length > Integer.MAX_VALUE || size * length > Integer.MAX_VALUE) {
                throw new UnreadableMessageException(
                        place + " must have 1 … 2147483647 elements, not the shape " + lengths);
            }
            size *= length;
        }
        return lengths.stream().mapToInt(Math::toIntExact).toArray();
    }

    /** The number of elements. */
    static int size(int[] shape) {
        return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }

    static List<Long> write(int[] shape) {
        return Arrays.stream(shape).asLongStream().boxed().toList();
    }
}
