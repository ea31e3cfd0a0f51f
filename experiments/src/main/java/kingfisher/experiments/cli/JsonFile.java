package kingfisher.experiments.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import kingfisher.envs.InvalidInputException;

/** What {@code --json} names. */
final class JsonFile {

    private JsonFile() {}

    /** Says so before the work, not after, if the file cannot be written. */
    static void requireFolder(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(file)) {
            throw new InvalidInputException("--json must be a file in a folder that exists: " + file);
        }
    }
}
