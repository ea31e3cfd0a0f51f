package kingfisher.experiments.suite;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import kingfisher.agents.run.AtomicFile;
import kingfisher.agents.run.RunStatus;
import kingfisher.envs.InvalidInputException;

/**
 * What the runs of a suite gave so far, in memory and in the two tables of its folder, which are sorted by run.
 *
 * <p>The table of evaluations is written first: a run that the table of results has as completed has its evaluations.
 */
public final class SuiteResults {
    private final SuiteFolder folder;
    private final TreeMap<RunKey, RunRow> rows = new TreeMap<>();
    private final TreeMap<RunKey, CsvTable> evaluations = new TreeMap<>();

    private SuiteResults(SuiteFolder folder) {
        this.folder = folder;
    }

    /**
     * Reads what the folder has of earlier goes.
     *
     * @throws InvalidInputException if a table is damaged or has a run that the suite does not have
     */
    public static SuiteResults load(SuiteFolder folder, Suite suite) {
        SuiteResults results = new SuiteResults(folder);
        for (RunRow row : RunRow.readAll(folder.results())) {
            if (!suite.runs().contains(row.key())) {
                throw new InvalidInputException(
                        folder.results() + " has a run that is not of suite " + suite.name() + ": " + row.key());
            }
            results.rows.put(row.key(), row);
        }
        results.loadEvaluations(CsvTable.read(folder.evaluations()));
        return results;
    }

    private void loadEvaluations(CsvTable table) {
        int keys = RunRow.KEY_COLUMNS.size();
        if (table.equals(CsvTable.EMPTY)) {
            return;
        }
        if (table.columns().size() < keys || !table.columns().subList(0, keys).equals(RunRow.KEY_COLUMNS)) {
            throw new InvalidInputException(folder.evaluations() + " must begin with the columns "
                    + String.join(",", RunRow.KEY_COLUMNS) + ": " + String.join(",", table.columns()));
        }
        List<String> columns = table.columns().subList(keys, table.columns().size());
        Map<RunKey, List<List<String>>> byRun = new TreeMap<>();
        for (List<String> row : table.rows()) {
            byRun.computeIfAbsent(RunRow.key(row), any -> new ArrayList<>()).add(row.subList(keys, row.size()));
        }
        byRun.forEach((run, cells) -> evaluations.put(run, new CsvTable(columns, cells)));
    }

    /**
     * Takes in how a run ended, and writes both tables.
     *
     * @param evaluationsOfRun what its evaluations gave; kept, without what a clock decides, if it completed
     */
    public void record(RunRow row, CsvTable evaluationsOfRun) {
        rows.put(row.key(), row);
        if (row.status() == RunStatus.COMPLETED) {
            evaluations.put(row.key(), evaluationsOfRun.without("time/"));
        }
        write();
    }

    private void write() {
        List<CsvTable> tables = new ArrayList<>();
        tables.add(new CsvTable(RunRow.KEY_COLUMNS, List.of()));
        evaluations.forEach((run, table) -> tables.add(prefixed(run, table)));
        AtomicFile.write(folder.evaluations(), CsvTable.concatenate(tables).text());
        List<List<String>> cells = rows.values().stream().map(RunRow::cells).toList();
        AtomicFile.write(folder.results(), new CsvTable(RunRow.COLUMNS, cells).text());
    }

    private static CsvTable prefixed(RunKey run, CsvTable table) {
        List<String> columns = new ArrayList<>(RunRow.KEY_COLUMNS);
        columns.addAll(table.columns());
        List<List<String>> rows = new ArrayList<>();
        for (List<String> row : table.rows()) {
            List<String> cells = new ArrayList<>(RunRow.keyCells(run));
            cells.addAll(row);
            rows.add(cells);
        }
        return new CsvTable(columns, rows);
    }

    /** Whether the run has completed. */
    public boolean isDone(RunKey run) {
        return row(run).map(row -> row.status() == RunStatus.COMPLETED).orElse(false);
    }

    /** Returns how a run ended, if it has begun. */
    public Optional<RunRow> row(RunKey run) {
        return Optional.ofNullable(rows.get(run));
    }

    /** Returns the rows, sorted. */
    public Collection<RunRow> rows() {
        return List.copyOf(rows.values());
    }

    /** Returns what the evaluations of a completed run gave, without what a clock decides; empty if there were none. */
    public CsvTable evaluations(RunKey run) {
        return evaluations.getOrDefault(run, CsvTable.EMPTY);
    }
}
