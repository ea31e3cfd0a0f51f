package kingfisher.agents.run;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** The operations on files between which a run may be killed; each is done or not, only a write may be half done. */
interface FileOperations {
    /** Writes the bytes of a file. */
    interface Content {
        void writeTo(WritableByteChannel channel) throws IOException;
    }

    /** The operating system's. */
    FileOperations SYSTEM = new FileOperations() {};

    /** Makes the folder and those above it, where they do not exist. */
    default void createFolder(Path folder) throws IOException {
        Files.createDirectories(folder);
    }

    /** What a file was given. */
    record Written(long bytes, String sha256) {}

    /** Writes a file, over one that is there, and waits until its bytes are on the disk. */
    default Written write(Path file, Content content) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ChecksumChannel checked = new ChecksumChannel(channel);
            content.writeTo(checked);
            channel.force(true);
            return new Written(checked.bytes(), checked.checksum());
        }
    }

    /** Renames a file, over one that is there, in one step. */
    default void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Waits until the names in the folder are on the disk, where the system can. */
    default void forceFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException notOffered) {
            // some systems (Windows) open no folders; there the order of renames is the file system's own promise
        }
    }

    /** Removes a file, if it is there. */
    default void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }
}
