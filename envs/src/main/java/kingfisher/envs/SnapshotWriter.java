package kingfisher.envs;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Collects the numbers of a snapshot, in the order in which a {@link SnapshotReader} reads them.
 *
 * <p>Doubles keep their bits. The owner's name comes first, so that a snapshot of something else is refused.
 */
public final class SnapshotWriter {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);

    /** Starts the snapshot of the thing called {@code owner}, for example an environment's id. */
    public SnapshotWriter(String owner) {
        write(() -> out.writeUTF(owner));
    }

    /** Appends a truth value. */
    public SnapshotWriter putBoolean(boolean value) {
        return write(() -> out.writeBoolean(value));
    }

    /** Appends a whole number. */
    public SnapshotWriter putLong(long value) {
        return write(() -> out.writeLong(value));
    }

    /** Appends numbers without their count. */
    public SnapshotWriter putDoubles(double... values) {
        return write(() -> {
            for (double value : values) {
                out.writeLong(Double.doubleToRawLongBits(value));
            }
        });
    }

    /** Appends an array together with its length. */
    public SnapshotWriter putLongs(long[] values) {
        return write(() -> {
            out.writeInt(values.length);
            for (long value : values) {
                out.writeLong(value);
            }
        });
    }

    /** Appends another snapshot together with its length. */
    public SnapshotWriter putBytes(byte[] values) {
        return write(() -> {
            out.writeInt(values.length);
            out.write(values);
        });
    }

    /** All that was appended, as a new array. */
    public byte[] toByteArray() {
        return bytes.toByteArray();
    }

    private SnapshotWriter write(Append append) {
        try {
            append.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a stream into memory has no reason to
        }
        return this;
    }

    private interface Append {
        void run() throws IOException;
    }
}
