package kingfisher.experiments.report;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import kingfisher.experiments.suite.CsvTable;
import kingfisher.experiments.suite.Statistics;
import kingfisher.experiments.suite.SuiteResults;
import kingfisher.experiments.suite.Task;

/**
 * The evaluations of a task's completed runs, side by side.
 *
 * @param seeds return against steps, for each run that has evaluations
 * @param points mean and deviation over the runs, at the steps at which each of them was evaluated
 */
record Curve(Task task, List<TreeMap<Double, Double>> seeds, TreeMap<Double, Statistics> points) {

    static Curve of(Task task, SuiteResults results) {
        List<TreeMap<Double, Double>> seeds = task.runs().stream()
                .map(run -> line(results.evaluations(run)))
                .filter(line -> !line.isEmpty())
                .toList();
        TreeMap<Double, Statistics> points = new TreeMap<>();
        for (double step : common(seeds)) {
            points.put(
                    step,
                    Statistics.of(seeds.stream().map(line -> line.get(step)).toList()));
        }
        return new Curve(task, seeds, points);
    }

    private static TreeMap<Double, Double> line(CsvTable evaluations) {
        double[] steps = evaluations.numbers("steps");
        double[] means = evaluations.numbers("deterministic_mean");
        TreeMap<Double, Double> line = new TreeMap<>();
        for (int i = 0; i < Math.min(steps.length, means.length); i++) {
            if (Double.isFinite(means[i])) {
                line.put(steps[i], means[i]);
            }
        }
        return line;
    }

    private static SortedSet<Double> common(List<TreeMap<Double, Double>> seeds) {
        if (seeds.isEmpty()) {
            return new TreeSet<>();
        }
        SortedSet<Double> steps = new TreeSet<>(seeds.get(0).keySet());
        seeds.forEach(line -> steps.retainAll(line.keySet()));
        return steps;
    }

    /** The corners of a shape. */
    record Polygon(List<Double> x, List<Double> y) {}

    /** The band of one deviation about the mean: along its upper edge, and back along the lower one. */
    Polygon band() {
        Polygon band = new Polygon(new ArrayList<>(), new ArrayList<>());
        points.forEach((step, at) -> {
            band.x().add(step);
            band.y().add(at.mean() + at.std());
        });
        points.descendingMap().forEach((step, at) -> {
            band.x().add(step);
            band.y().add(at.mean() - at.std());
        });
        return band;
    }
}
