package kingfisher.agents.run;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import kingfisher.envs.InvalidInputException;
import org.jspecify.annotations.Nullable;

/** Keeps a second process away from what one is at; the system lifts it when the process ends, however it ends. */
public final class ProcessLock implements AutoCloseable {

    private final @Nullable FileChannel channel;

    private ProcessLock(@Nullable FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock; where the file can't be written or the file system has no locks, nothing is held.
     *
     * @param file what is locked, created if need be; it must not be replaced while it is
     * @param whenTaken what to say if another process has it
     * @throws InvalidInputException if another process has it
     */
    public static ProcessLock take(Path file, String whenTaken) {
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!isFree(channel)) {
                channel.close();
                throw new InvalidInputException(whenTaken);
            }
            return new ProcessLock(channel);
        } catch (IOException notOffered) {
            return new ProcessLock(null);
        }
    }

    private static boolean isFree(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException takenHere) {
            return false;
        }
    }

    @Override
    public void close() {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException ended) {
                // the lock ends with the process at the latest
            }
        }
    }
}
