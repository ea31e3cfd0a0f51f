package kingfisher.experiments.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import kingfisher.envs.InvalidInputException;

/** Whether a file that an option names can be written. */
final class OutputFile {

    private OutputFile() {}

    /**
     * Says so before the work, not after.
     *
     * @throws InvalidInputException if the file's folder does not exist, or the file is a folder
     */
    static void requireFolder(String option, Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(file)) {
            throw new InvalidInputException(option + " must be a file in a folder that exists: " + file);
        }
    }
}
