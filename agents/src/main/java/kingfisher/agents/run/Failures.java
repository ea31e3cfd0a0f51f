package kingfisher.agents.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Failures of the file system in words; many of Java's say no more than a path. */
final class Failures {
    private Failures() {}

    /** Returns the exception for a file that cannot be written, or read, or shortened. */
    static UncheckedIOException cannot(String doWhat, Path file, IOException failure) {
        return new UncheckedIOException("cannot " + doWhat + " " + file + ": " + reason(failure), failure);
    }

    static String reason(IOException failure) {
        if (failure instanceof AccessDeniedException) {
            return "no permission for " + failure.getMessage();
        }
        if (failure instanceof NoSuchFileException) {
            return "there is no " + failure.getMessage();
        }
        if (failure instanceof FileAlreadyExistsException) {
            return "there is a file " + failure.getMessage();
        }
        String message = failure instanceof FileSystemException ofFile ? ofFile.getReason() : failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }
}
