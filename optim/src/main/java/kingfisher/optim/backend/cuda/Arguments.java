package kingfisher.optim.backend.cuda;

import java.nio.LongBuffer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/** What a kernel is called with, eight bytes a parameter; written anew for each call, which takes a copy. */
final class Arguments {
    private static final int MOST = 12;

    private final LongPointer slots = new LongPointer(MOST);
    private final LongBuffer values = slots.asBuffer();
    private final PointerPointer<Pointer> places = new PointerPointer<>(MOST);
    private int count;

    Arguments() {
        for (int i = 0; i < MOST; i++) {
            places.put(i, new Address(slots.address() + (long) i * Long.BYTES));
        }
    }

    /** Begins with the first parameter. */
    void clear() {
        count = 0;
    }

    Arguments add(long number) {
        values.put(count++, number);
        return this;
    }

    Arguments add(double number) {
        return add(Double.doubleToRawLongBits(number));
    }

    Arguments add(Address address) {
        return add(address.address());
    }

    Arguments add(CudaMatrix matrix) {
        return add(matrix.address);
    }

    /** Where the values lie, in order. */
    PointerPointer<Pointer> places() {
        return places;
    }
}
