package kingfisher.agents.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;

/** Files that are there whole or not at all: written beside their place, put on the disk, renamed. */
public final class AtomicFile {
    private static final String TEMPORARY = ".tmp";

    private AtomicFile() {}

    /**
     * Writes the text in UTF-8, over a file that is there.
     *
     * @throws UncheckedIOException if that fails; the file is then as it was
     */
    public static void write(Path file, String text) {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Writes the bytes, over a file that is there.
     *
     * @throws UncheckedIOException if that fails; the file is then as it was
     */
    public static void write(Path file, byte[] bytes) {
        try {
            write(FileOperations.SYSTEM, file, bytes);
        } catch (IOException failure) {
            throw Failures.cannot("write", file, failure);
        }
    }

    static void write(FileOperations operations, Path file, byte[] bytes) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + TEMPORARY);
        operations.write(temporary, channel -> {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        });
        operations.rename(temporary, file);
        operations.forceFolder(Objects.requireNonNull(file.toAbsolutePath().getParent()));
    }
}
