package kingfisher.experiments.suite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.StandardOpenOption;
import kingfisher.envs.InvalidInputException;

/** Keeps a second process out of a suite's folder; the system lifts it when the process ends, however it ends. */
public final class FolderLock implements AutoCloseable {
    private final FileChannel channel;

    private FolderLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock of a folder that exists.
     *
     * @throws InvalidInputException if somebody has it
     * @throws UncheckedIOException if the folder cannot be written to
     */
    public static FolderLock take(SuiteFolder folder) {
        try {
            FileChannel channel = FileChannel.open(folder.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!isFree(channel)) {
                channel.close();
                throw new InvalidInputException("another process runs a suite in " + folder.root());
            }
            return new FolderLock(channel);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot lock " + folder.lock(), failure);
        }
    }

    private static boolean isFree(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException thisProcess) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException harmless) {
            // the lock ends with the process at the latest
        }
    }
}
