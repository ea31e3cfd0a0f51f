package kingfisher.experiments.curves;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.NearestNames;
import kingfisher.experiments.curves.CurvesResults.Status;
import kingfisher.experiments.suite.Jobs;
import kingfisher.experiments.suite.SuiteFolder;
import kingfisher.optim.kfac.NumericalFailureException;

/**
 * {@code run curves}: what optimizers make of a deep autoencoder, against updates and seconds. Each run is on one thread. A run
 * that is done is not repeated; one that was stopped begins anew.
 */
public final class CurvesExperiment {

    /** The name of the experiment. */
    public static final String NAME = "curves";

    /** Losses are looked at after so many updates, and then as soon as they have grown by this factor. */
    private static final double GROWTH = 1.1;

    private static final String KEY = "algorithm";

    private final CurvesSize size;
    private final List<CurvesRun> runs;
    private final List<CurvesRun> selected;
    private final CurvesResults results;
    private final CurvesReport report;
    private final Consumer<String> progress;

    CurvesExperiment(
            CurvesSize size,
            List<CurvesRun> runs,
            List<CurvesRun> selected,
            SuiteFolder folder,
            Consumer<String> progress,
            Consumer<String> warn) {
        this.size = size;
        this.runs = List.copyOf(runs);
        this.selected = List.copyOf(selected);
        this.results = CurvesResults.load(folder.root(), runs);
        this.report = new CurvesReport(size, folder, warn);
        this.progress = progress;
    }

    /**
     * Reads what the folder has, and writes nothing.
     *
     * @param only {@code algorithm=kfac,…}, or empty for all
     * @param progress takes a line for each run that ends
     * @param warn takes a line if a picture cannot be drawn
     * @throws InvalidInputException if the selection is not understood or a table of the folder is damaged
     */
    public static CurvesExperiment of(
            String only, SuiteFolder folder, Consumer<String> progress, Consumer<String> warn) {
        List<CurvesRun> all = CurvesRuns.all();
        return new CurvesExperiment(CurvesSize.WHOLE, all, select(only, all), folder, progress, warn);
    }

    static List<CurvesRun> select(String only, List<CurvesRun> runs) {
        if (only.isEmpty()) {
            return runs;
        }
        TreeSet<String> known =
                new TreeSet<>(runs.stream().map(CurvesRun::algorithm).toList());
        List<String> wanted = new ArrayList<>();
        for (String condition : only.split(",", -1)) {
            String[] parts = condition.strip().split("=", -1);
            if (parts.length != 2 || !parts[0].strip().equals(KEY)) {
                throw new InvalidInputException("--only of " + NAME + " must be " + KEY + "=…,…: " + only);
            }
            String algorithm = parts[1].strip();
            if (!known.contains(algorithm)) {
                throw new InvalidInputException(
                        "--only: " + NAME + " has no " + KEY + " " + algorithm + NearestNames.hint(algorithm, known));
            }
            wanted.add(algorithm);
        }
        return runs.stream().filter(run -> wanted.contains(run.algorithm())).toList();
    }

    /**
     * Makes the selected runs that are not done.
     *
     * @param jobs how many at a time
     * @param stop asked before each update: once it says so, runs end and are not recorded
     * @return whether all selected runs are done
     * @throws InterruptedException if the thread was interrupted
     */
    public boolean run(int jobs, BooleanSupplier stop) throws InterruptedException {
        List<CurvesRun> open =
                selected.stream().filter(run -> !results.isDone(run)).toList();
        progress.accept("%d of %d runs are to be made".formatted(open.size(), selected.size()));
        CurvesData data = CurvesData.draw(size);
        Jobs.run(
                jobs,
                open.stream().map(run -> (Jobs.Job) () -> make(run, data, stop)).toList());
        report.write(results);
        return selected.stream().allMatch(results::isDone);
    }

    private void make(CurvesRun run, CurvesData data, BooleanSupplier stop) {
        if (stop.getAsBoolean()) {
            return;
        }
        List<CurvePoint> points = new ArrayList<>();
        Status status;
        try (Workbench bench = new Workbench(size, data);
                Learner learner = run.start().apply(bench)) {
            status = learn(run, bench, learner, points, stop);
        }
        if (!stop.getAsBoolean()) {
            record(run, points, status);
        }
    }

    private static Status learn(
            CurvesRun run, Workbench bench, Learner learner, List<CurvePoint> points, BooleanSupplier stop) {
        long nanoseconds = 0;
        int next = 1;
        points.add(evaluate(bench, 0, 0));
        for (int update = 1; update <= run.updates() && !stop.getAsBoolean(); update++) {
            long begin = System.nanoTime();
            try {
                learner.step();
            } catch (NumericalFailureException failure) {
                return Status.DIVERGED;
            }
            nanoseconds += System.nanoTime() - begin;
            if (update == next || update == run.updates()) {
                next = Math.max(next + 1, (int) Math.round(next * GROWTH));
                CurvePoint point = evaluate(bench, update, nanoseconds * 1e-9);
                points.add(point);
                if (!Double.isFinite(point.trainingLoss())) {
                    return Status.DIVERGED;
                }
            }
        }
        return Status.COMPLETED;
    }

    private static CurvePoint evaluate(Workbench bench, int updates, double seconds) {
        return new CurvePoint(updates, seconds, bench.training.evaluate(), bench.test.evaluate());
    }

    private synchronized void record(CurvesRun run, List<CurvePoint> points, Status status) {
        results.record(run, points, status);
        report.write(results);
        CurvePoint last = points.get(points.size() - 1);
        long done = runs.stream().filter(results::isDone).count();
        progress.accept(String.format(
                Locale.ROOT,
                "%s: %s, training loss %.3f after %d updates in %.1f s [%d of %d]",
                run.name(),
                CurvesResults.text(status),
                last.trainingLoss(),
                last.updates(),
                last.seconds(),
                done,
                runs.size()));
    }
}
