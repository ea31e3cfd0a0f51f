package kingfisher.envs.classic;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Prints how far the native tasks agree with files that {@code record_classic.py} wrote, one line a file. */
public final class ParityReport {

    private ParityReport() {}

    /** Reads the files named. */
    public static void main(String[] files) throws IOException {
        for (String file : files) {
            Path path = Path.of(file);
            try (InputStream in = Files.newInputStream(path)) {
                System.out.println(path.getFileName() + ": " + Parity.of(RecordedTask.read(in)));
            }
        }
    }
}
