package kingfisher.experiments.curves;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import kingfisher.agents.run.AtomicFile;
import kingfisher.agents.run.BuildInformation;
import kingfisher.envs.InvalidInputException;
import kingfisher.experiments.suite.CsvTable;

/**
 * What the runs gave so far, in memory and in two tables: {@code results.csv} has a row a run, {@code curves.csv} a row an
 * evaluation. The latter is written first: a run that has a row has its evaluations.
 */
final class CurvesResults {

    /** How a run ended: through, or at a loss that is not finite. */
    enum Status {
        COMPLETED,
        DIVERGED
    }

    /** A run that has ended. */
    record Ended(CurvesRun run, List<CurvePoint> points, Status status, String commit) {

        /** The least training loss of an evaluation, infinite if there is none. */
        double bestLoss() {
            return points.stream()
                    .mapToDouble(CurvePoint::trainingLoss)
                    .filter(Double::isFinite)
                    .min()
                    .orElse(Double.POSITIVE_INFINITY);
        }

        /** The first evaluation whose training loss is at most this. */
        Optional<CurvePoint> reached(double loss) {
            return points.stream().filter(point -> point.trainingLoss() <= loss).findFirst();
        }

        CurvePoint last() {
            return points.get(points.size() - 1);
        }
    }

    private static final List<String> KEYS = List.of("algorithm", "setting");
    private static final List<String> COLUMNS = List.of(
            "algorithm",
            "setting",
            "updates",
            "seconds",
            "training_loss",
            "test_loss",
            "best_training_loss",
            "status",
            "commit");

    private final Path table;
    private final Path curves;
    private final List<CurvesRun> runs;
    private final Map<String, Ended> ended = new LinkedHashMap<>();

    private CurvesResults(Path table, Path curves, List<CurvesRun> runs) {
        this.table = table;
        this.curves = curves;
        this.runs = runs;
    }

    /**
     * Reads what earlier goes left.
     *
     * @throws InvalidInputException if a table is damaged or has a run that is none of these
     */
    static CurvesResults load(Path folder, List<CurvesRun> runs) {
        CurvesResults results =
                new CurvesResults(folder.resolve("results.csv"), folder.resolve("curves.csv"), List.copyOf(runs));
        Map<String, List<CurvePoint>> points = new LinkedHashMap<>();
        for (List<String> row : results.read(results.curves, joined(KEYS, CurvePoint.COLUMNS))) {
            points.computeIfAbsent(name(row), any -> new ArrayList<>())
                    .add(CurvePoint.of(row.subList(KEYS.size(), row.size())));
        }
        for (List<String> row : results.read(results.table, COLUMNS)) {
            results.load(row, points.getOrDefault(name(row), List.of()));
        }
        return results;
    }

    private void load(List<String> row, List<CurvePoint> points) {
        CurvesRun known = runs.stream()
                .filter(run -> run.name().equals(name(row)))
                .findFirst()
                .orElseThrow(() ->
                        new InvalidInputException(table + " has a run that is not of this experiment: " + name(row)));
        Status status = status(row.get(COLUMNS.indexOf("status")));
        if (points.isEmpty()) {
            throw new InvalidInputException(curves + " has no evaluations of " + known.name());
        }
        ended.put(known.name(), new Ended(known, points, status, row.get(COLUMNS.indexOf("commit"))));
    }

    private Status status(String cell) {
        for (Status status : Status.values()) {
            if (text(status).equals(cell)) {
                return status;
            }
        }
        throw new InvalidInputException(table + " has an unknown status: " + cell);
    }

    private List<List<String>> read(Path file, List<String> columns) {
        CsvTable read = CsvTable.read(file);
        if (!read.equals(CsvTable.EMPTY) && !read.columns().equals(columns)) {
            throw new InvalidInputException(file + " must have the columns " + String.join(",", columns) + ": "
                    + String.join(",", read.columns()));
        }
        return read.rows();
    }

    private static String name(List<String> row) {
        return row.get(0) + " " + row.get(1);
    }

    static String text(Status status) {
        return status == Status.COMPLETED ? "completed" : "diverged";
    }

    /** Takes in how a run ended, and writes both tables. */
    synchronized void record(CurvesRun run, List<CurvePoint> points, Status status) {
        ended.put(
                run.name(),
                new Ended(
                        run,
                        List.copyOf(points),
                        status,
                        BuildInformation.load().commit()));
        List<List<String>> evaluations = new ArrayList<>();
        List<List<String>> rows = new ArrayList<>();
        for (Ended each : all()) {
            List<String> key = List.of(each.run().algorithm(), each.run().setting());
            each.points().forEach(point -> evaluations.add(joined(key, point.cells())));
            rows.add(joined(
                    joined(key, each.last().cells()),
                    List.of(CsvTable.cell(each.bestLoss()), text(each.status()), each.commit())));
        }
        AtomicFile.write(curves, new CsvTable(joined(KEYS, CurvePoint.COLUMNS), evaluations).text());
        AtomicFile.write(table, new CsvTable(COLUMNS, rows).text());
    }

    private static List<String> joined(List<String> first, List<String> second) {
        List<String> both = new ArrayList<>(first);
        both.addAll(second);
        return both;
    }

    /** Whether a run has ended; one that diverged would do so again. */
    synchronized boolean isDone(CurvesRun run) {
        return ended.containsKey(run.name());
    }

    /** The runs that have ended, in the order of the experiment. */
    synchronized List<Ended> all() {
        return runs.stream()
                .filter(run -> ended.containsKey(run.name()))
                .map(run -> ended.get(run.name()))
                .toList();
    }

    /** Of each algorithm the run with the least training loss, in the order of the experiment. */
    List<Ended> best() {
        Map<String, Ended> best = new LinkedHashMap<>();
        for (Ended each : all()) {
            best.merge(
                    each.run().algorithm(),
                    each,
                    (first, second) -> second.bestLoss() < first.bestLoss() ? second : first);
        }
        return List.copyOf(best.values());
    }
}
