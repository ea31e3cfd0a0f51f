package kingfisher.experiments.suite;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import kingfisher.agents.run.ReturnSummary;
import kingfisher.agents.run.RunStatus;
import kingfisher.envs.InvalidInputException;

/**
 * How a run of a suite ended: a row of {@code results.csv}.
 *
 * @param measures what it reached, if it completed
 */
public record RunRow(RunKey key, RunStatus status, Optional<RunMeasures> measures) {
    static final List<String> COLUMNS = List.of(
            "algorithm",
            "environment",
            "seed",
            "steps",
            "seconds",
            "last100TrainingReturns",
            "deterministic_mean",
            "deterministic_std",
            "stochastic_mean",
            "stochastic_std",
            "status",
            "commit");

    /** The leading columns, which a run's evaluations have too. */
    static final List<String> KEY_COLUMNS = COLUMNS.subList(0, 3);

    /** Checks that there are measures just if the run completed. */
    public RunRow {
        if (measures.isPresent() != (status == RunStatus.COMPLETED)) {
            throw new IllegalArgumentException(key + " is " + status + ", measures: " + measures);
        }
    }

    /**
     * Reads a table of runs; one that is absent has none.
     *
     * @throws InvalidInputException if it is damaged or has other columns
     */
    public static List<RunRow> readAll(Path results) {
        CsvTable table = CsvTable.read(results);
        if (!table.equals(CsvTable.EMPTY) && !table.columns().equals(COLUMNS)) {
            throw new InvalidInputException(results + " must have the columns " + String.join(",", COLUMNS) + ": "
                    + String.join(",", table.columns()));
        }
        return table.rows().stream().map(RunRow::of).toList();
    }

    static RunRow completed(RunKey key, RunMeasures measures) {
        return new RunRow(key, RunStatus.COMPLETED, Optional.of(measures));
    }

    /** Returns the status as files have it. */
    public String statusText() {
        return status.name().toLowerCase(Locale.ROOT);
    }

    List<String> cells() {
        List<String> numbers = measures.map(RunRow::numbers).orElse(List.of("", "", "", "", "", "", ""));
        List<String> end =
                List.of(statusText(), measures.map(RunMeasures::commit).orElse(""));
        return Stream.of(keyCells(key), numbers, end).flatMap(List::stream).toList();
    }

    private static List<String> numbers(RunMeasures measures) {
        return List.of(
                Long.toString(measures.steps()),
                CsvTable.cell(measures.seconds()),
                CsvTable.cell(measures.last100TrainingReturns()),
                CsvTable.cell(measures.deterministic().mean()),
                CsvTable.cell(measures.deterministic().std()),
                CsvTable.cell(measures.stochastic().mean()),
                CsvTable.cell(measures.stochastic().std()));
    }

    static List<String> keyCells(RunKey key) {
        return List.of(key.algorithm(), key.environment(), Long.toString(key.seed()));
    }

    static RunKey key(List<String> cells) {
        return new RunKey(cells.get(0), cells.get(1), whole(cells.get(2)));
    }

    private static RunRow of(List<String> cells) {
        RunKey key = key(cells);
        RunStatus status = status(cells.get(10));
        if (status != RunStatus.COMPLETED) {
            return new RunRow(key, status, Optional.empty());
        }
        return completed(
                key,
                new RunMeasures(
                        whole(cells.get(3)),
                        CsvTable.number(cells.get(4)),
                        CsvTable.number(cells.get(5)),
                        new ReturnSummary(CsvTable.number(cells.get(6)), CsvTable.number(cells.get(7))),
                        new ReturnSummary(CsvTable.number(cells.get(8)), CsvTable.number(cells.get(9))),
                        cells.get(11)));
    }

    private static RunStatus status(String text) {
        try {
            return RunStatus.valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException unknown) {
            throw new InvalidInputException("a table has " + text + " for a status");
        }
    }

    private static long whole(String cell) {
        try {
            return Long.parseLong(cell);
        } catch (NumberFormatException broken) {
            throw new InvalidInputException("a table has " + cell + " for a whole number");
        }
    }
}
