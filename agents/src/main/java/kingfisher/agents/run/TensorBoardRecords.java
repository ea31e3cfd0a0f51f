package kingfisher.agents.run;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The TFRecord frame of TensorBoard's files: length (u64), masked CRC of the length (u32), data, masked CRC of the data
 * (u32), little-endian (tensorflow/core/lib/io/record_writer.h).
 */
final class TensorBoardRecords {
    private static final int BEFORE = Long.BYTES + Integer.BYTES;
    private static final int AROUND = BEFORE + Integer.BYTES;

    private TensorBoardRecords() {}

    /** A record and the number of bytes up to its end. */
    record Located(ByteBuffer data, int end) {}

    /** Returns the data in its frame. */
    static byte[] frame(byte[] data) {
        ByteBuffer frame = ByteBuffer.allocate(data.length + AROUND).order(ByteOrder.LITTLE_ENDIAN);
        frame.putLong(data.length);
        frame.putInt(maskedChecksum(frame.array(), 0, Long.BYTES));
        frame.put(data);
        frame.putInt(maskedChecksum(data, 0, data.length));
        return frame.array();
    }

    /** Returns the records up to the first that is not whole. */
    static List<Located> read(byte[] file) {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        List<Located> records = new ArrayList<>();
        int start = 0;
        while (file.length - start >= AROUND) {
            long length = bytes.getLong(start);
            boolean fits = length >= 0 && length <= file.length - start - AROUND;
            if (!fits || bytes.getInt(start + Long.BYTES) != maskedChecksum(file, start, Long.BYTES)) {
                break;
            }
            int end = start + (int) length + AROUND;
            if (bytes.getInt(end - Integer.BYTES) != maskedChecksum(file, start + BEFORE, (int) length)) {
                break;
            }
            records.add(new Located(bytes.slice(start + BEFORE, (int) length), end));
            start = end;
        }
        return records;
    }

    /** The CRC-32C, turned and shifted so that a checksum of data that holds checksums stays a good one. */
    static int maskedChecksum(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
    }
}
