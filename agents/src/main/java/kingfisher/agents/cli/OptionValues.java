package kingfisher.agents.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import kingfisher.envs.InvalidInputException;

/** What the texts of options stand for. */
final class OptionValues {

    private OptionValues() {}

    /**
     * Returns a seed.
     *
     * @throws InvalidInputException if the text is none
     */
    static long seed(String text) {
        return wholeNumber("--seed", text, 0, Long.MAX_VALUE);
    }

    /**
     * Returns a whole number in decimal digits.
     *
     * @throws InvalidInputException if the text is no such number from {@code low} to {@code high}
     */
    static long wholeNumber(String option, String text, long low, long high) {
        try {
            long value = Long.parseLong(text.strip());
            if (value >= low && value <= high) {
                return value;
            }
        } catch (NumberFormatException noNumber) {
            // reported below
        }
        throw new InvalidInputException(
                option + " must be a whole number from " + low + " to " + high + ": " + shown(text));
    }

    /**
     * Checks, before the work that gives its content, that a file can be written.
     *
     * @throws InvalidInputException if it is a folder, or would be in a folder that does not exist
     */
    static void requireWritable(String option, Path file) {
        Path folder = file.toAbsolutePath().getParent();
        String problem = "";
        if (file.toString().isEmpty() || Files.isDirectory(file)) {
            problem = "it is a folder";
        } else if (folder == null || !Files.isDirectory(folder)) {
            problem = "there is no folder " + folder;
        } else if (Files.exists(file) ? !Files.isWritable(file) : !Files.isWritable(folder)) {
            problem = "no permission";
        }
        if (!problem.isEmpty()) {
            throw new InvalidInputException(
                    option + " must be a file that can be written: " + shown(file.toString()) + " (" + problem + ")");
        }
    }

    /**
     * Checks that a certificate comes with its key.
     *
     * @throws InvalidInputException if one of {@code --tls-cert} and {@code --tls-key} is missing
     */
    static void requireCertificateWithKey(Optional<Path> certificate, Optional<Path> key) {
        if (certificate.isPresent() != key.isPresent()) {
            throw new InvalidInputException("--tls-cert and --tls-key are given together or not at all; missing: "
                    + (key.isPresent() ? "--tls-cert" : "--tls-key"));
        }
    }

    /** Returns a user's text as a message shows it. */
    static String shown(String text) {
        String line = Failures.oneLine(text);
        return line.isEmpty() ? "(nothing)" : line;
    }
}
