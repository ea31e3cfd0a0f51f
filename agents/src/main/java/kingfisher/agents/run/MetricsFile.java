package kingfisher.agents.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import kingfisher.envs.InvalidInputException;

/**
 * The file {@code metrics.csv}: one row an update, readable while the run goes on.
 *
 * <p>The first row decides the columns: iteration and steps, then the names in the order in which they are given, those
 * under {@code time/} last. A number that is missing, or NaN, leaves its cell empty. Numbers are printed so that they parse
 * back to the same double.
 */
public final class MetricsFile {
    private static final List<String> FIRST = List.of("iteration", "steps");
    private static final String TIME = "time/";

    private final Path file;
    private final Csv csv;
    private List<String> columns;

    /** Continues the file, or begins it with the first row where there is none. */
    public MetricsFile(Path file) {
        this.file = file;
        this.csv = new Csv(file);
        this.columns = csv.columns();
    }

    /**
     * Appends the row of an update.
     *
     * @throws IllegalArgumentException if a name is not among the columns that the first row decided
     * @throws java.io.UncheckedIOException if the file cannot be written
     */
    public void append(long iteration, long steps, Map<String, Double> values) {
        boolean begins = columns.isEmpty();
        if (begins) {
            columns = columns(values);
        }
        for (String name : values.keySet()) {
            if (!columns.contains(name)) {
                throw new IllegalArgumentException("no column of " + file + ": " + name);
            }
        }
        List<String> cells = new ArrayList<>(List.of(Long.toString(iteration), Long.toString(steps)));
        for (String name : columns.subList(FIRST.size(), columns.size())) {
            cells.add(Csv.cell(values.getOrDefault(name, Double.NaN)));
        }
        String row = String.join(",", cells) + "\n";
        csv.append(begins ? String.join(",", columns) + "\n" + row : row);
    }

    /**
     * Cuts off the rows after an iteration, so that a run goes on from there with the same bytes as one that never
     * stopped.
     *
     * @throws InvalidInputException if the row of that iteration is not there
     * @throws java.io.UncheckedIOException if the file cannot be written
     */
    public void truncateAfter(long iteration) {
        long last = csv.truncateAfter(iteration);
        columns = csv.columns();
        if (iteration > 0 && last != iteration) {
            throw new InvalidInputException(
                    file + " has no row of iteration " + iteration + ", with which the checkpoint was written");
        }
    }

    private static List<String> columns(Map<String, Double> values) {
        List<String> columns = new ArrayList<>(FIRST);
        values.keySet().stream().filter(name -> !name.startsWith(TIME)).forEach(columns::add);
        values.keySet().stream().filter(name -> name.startsWith(TIME)).forEach(columns::add);
        for (String name : columns) {
            if (name.isBlank() || name.chars().anyMatch(c -> c == ',' || c == '"' || c < ' ')) {
                throw new IllegalArgumentException("no name for a column: " + name);
            }
        }
        return List.copyOf(columns);
    }
}
