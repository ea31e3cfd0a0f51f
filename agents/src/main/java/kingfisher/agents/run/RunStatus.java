package kingfisher.agents.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** How a run ended. */
public enum RunStatus {
    /** It took all its steps, or reached the return at which it was to stop. */
    COMPLETED,
    /** It was asked to stop; it can be resumed. */
    INTERRUPTED,
    /** It could not go on. */
    FAILED;

    /** Returns how the run ended whose {@code result.json} this is; nothing if there is none or it does not say. */
    public static Optional<RunStatus> read(Path resultFile) {
        try {
            String name =
                    Json.parse(Files.readString(resultFile)).path("status").asText();
            for (RunStatus status : values()) {
                if (status.text().equals(name)) {
                    return Optional.of(status);
                }
            }
            return Optional.empty();
        } catch (IOException absentOrBroken) {
            return Optional.empty();
        }
    }

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
