package kingfisher.envs;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;

/**
 * Reads what a {@link SnapshotWriter} wrote, in the same order.
 *
 * <p>Every method throws {@link InvalidInputException} if the bytes end early or make no sense.
 */
public final class SnapshotReader {

    private final String owner;
    private final DataInputStream in;

    /** Starts reading a snapshot of the thing called {@code owner}. */
    public SnapshotReader(String owner, byte[] snapshot) {
        this.owner = owner;
        this.in = new DataInputStream(new ByteArrayInputStream(snapshot));
        String found = read(in::readUTF);
        if (!found.equals(owner)) {
            throw new InvalidInputException("the snapshot is of " + found + ", not of " + owner);
        }
    }

    /** The next truth value. */
    public boolean getBoolean() {
        return read(in::readBoolean);
    }

    /** The next whole number. */
    public long getLong() {
        return read(in::readLong);
    }

    /** The next number. */
    public double getDouble() {
        return Double.longBitsToDouble(getLong());
    }

    /** The next array, with the length that was written. */
    public long[] getLongs() {
        int length = length(Long.BYTES);
        long[] values = new long[length];
        for (int i = 0; i < length; i++) {
            values[i] = getLong();
        }
        return values;
    }

    /** The next inner snapshot. */
    public byte[] getBytes() {
        int length = length(1);
        return read(() -> in.readNBytes(length));
    }

    /** Checks that everything was read. */
    public void end() {
        if (remaining() != 0) {
            throw damaged();
        }
    }

    private int length(int elementBytes) {
        int length = read(in::readInt);
        if (length < 0 || (long) length * elementBytes > remaining()) {
            throw damaged();
        }
        return length;
    }

    private int remaining() {
        return read(in::available);
    }

    private <T> T read(Step<T> step) {
        try {
            return step.run();
        } catch (IOException e) {
            throw damaged();
        }
    }

    private InvalidInputException damaged() {
        return new InvalidInputException("the snapshot of " + owner + " is damaged");
    }

    private interface Step<T> {
        T run() throws IOException;
    }
}
