package kingfisher.agents.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import kingfisher.agents.run.RunFolder;
import kingfisher.envs.InvalidInputException;
import org.jspecify.annotations.Nullable;

/** Keeps a second process from going on with a run that one is at; ends with the process, however that ends. */
final class RunLock implements AutoCloseable {

    private final @Nullable FileChannel channel;

    private RunLock(@Nullable FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock of a run folder.
     *
     * @throws InvalidInputException if another process has it
     */
    static RunLock take(RunFolder folder) {
        Path file = folder.provenance(); // written once and never again, so that it is the same file for all
        if (!Files.isWritable(file)) {
            return new RunLock(null);
        }
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
            if (!isFree(channel)) {
                channel.close();
                throw new InvalidInputException("another process is at the run in " + folder.root());
            }
            return new RunLock(channel);
        } catch (IOException notOffered) {
            return new RunLock(null); // some network file systems have no locks
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
                // the lock ends with the process
            }
        }
    }
}
