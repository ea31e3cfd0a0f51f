package kingfisher.agents.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A channel that counts the bytes and takes the SHA-256 of what passes through it. */
final class ChecksumChannel implements WritableByteChannel {
    private final WritableByteChannel next;
    private final MessageDigest digest = sha256();
    private long bytes;

    ChecksumChannel(WritableByteChannel next) {
        this.next = next;
    }

    /** Returns the SHA-256 of the text in UTF-8, in hexadecimal digits. */
    static String checksum(String text) {
        return HexFormat.of().formatHex(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Returns how many bytes passed. */
    long bytes() {
        return bytes;
    }

    /** Returns the SHA-256 of all that passed, in hexadecimal digits; nothing may pass after this. */
    String checksum() {
        return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        ByteBuffer copy = source.duplicate();
        int count = next.write(source);
        digest.update(copy.limit(copy.position() + count));
        bytes += count;
        return count;
    }

    @Override
    public boolean isOpen() {
        return next.isOpen();
    }

    @Override
    public void close() throws IOException {
        next.close();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible); // every Java has it
        }
    }
}
