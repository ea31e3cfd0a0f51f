package kingfisher.envs.check;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Collects findings, each once. */
final class Findings {

    private final Set<Finding> found = new LinkedHashSet<>();

    void error(String message) {
        found.add(new Finding(Severity.ERROR, message));
    }

    void warning(String message) {
        found.add(new Finding(Severity.WARNING, message));
    }

    /** Errors before warnings, each in the order they were found. */
    List<Finding> sorted() {
        return found.stream()
                .sorted((a, b) -> a.severity().compareTo(b.severity()))
                .toList();
    }
}
