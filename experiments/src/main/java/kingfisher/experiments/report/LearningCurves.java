package kingfisher.experiments.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import kingfisher.agents.plot.ChartStyle;
import kingfisher.experiments.suite.Goal;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * The picture of an environment: the mean return over seeds against environment steps, a band of one standard deviation, a
 * thin line for each seed, and the goal.
 */
final class LearningCurves {
    /** One an algorithm, told apart by readers who see red and green alike, and in grey by their lightness. */
    private static final List<Color> COLORS = List.of(
            new Color(0x1f, 0x5f, 0xa8),
            new Color(0xc4, 0x4e, 0x1c),
            new Color(0x2f, 0x8f, 0x6b),
            new Color(0x7a, 0x4f, 0x9d));

    private static final Color GOAL = new Color(0x55, 0x55, 0x55);
    private static final int BAND_OPACITY = 46;
    private static final int SEED_OPACITY = 120;

    private LearningCurves() {}

    /** Draws the curves, all of one environment, and each with an evaluation at least. */
    static XYChart draw(String environment, List<Curve> curves) {
        XYChart chart = ChartStyle.chart(title(environment, curves), "return of an evaluation, most probable actions");
        // what is added first lies below
        for (int i = 0; i < curves.size(); i++) {
            addBand(chart, curves.get(i), color(i));
        }
        for (int i = 0; i < curves.size(); i++) {
            addSeeds(chart, curves.get(i), color(i));
        }
        addGoals(chart, curves);
        for (int i = 0; i < curves.size(); i++) {
            addMean(chart, curves.get(i), color(i));
        }
        return chart;
    }

    private static String title(String environment, List<Curve> curves) {
        String algorithms = curves.stream()
                .map(curve -> curve.task().algorithm().toUpperCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
        return algorithms + " on " + environment;
    }

    private static Color color(int index) {
        return COLORS.get(index % COLORS.size());
    }

    private static void addBand(XYChart chart, Curve curve, Color color) {
        if (curve.seeds().size() < 2 || curve.points().size() < 2) {
            return; // one run has no deviation, one evaluation no area
        }
        Curve.Polygon band = curve.band();
        XYSeries series = chart.addSeries(name(curve, "band"), band.x(), band.y());
        series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.PolygonArea);
        series.setFillColor(transparent(color, BAND_OPACITY));
        series.setLineColor(transparent(color, BAND_OPACITY));
        series.setLineStyle(new BasicStroke(0));
        series.setMarker(SeriesMarkers.NONE);
        series.setShowInLegend(false); // the mean's entry tells of it
    }

    private static void addSeeds(XYChart chart, Curve curve, Color color) {
        if (curve.seeds().size() < 2) {
            return; // the mean is the same line
        }
        for (int i = 0; i < curve.seeds().size(); i++) {
            Map<Double, Double> line = curve.seeds().get(i);
            String name = i == 0 ? name(curve, "each seed") : name(curve, "seed line " + (i + 1));
            XYSeries series = chart.addSeries(name, new ArrayList<>(line.keySet()), new ArrayList<>(line.values()));
            series.setShowInLegend(i == 0);
            series.setMarker(SeriesMarkers.NONE);
            series.setLineColor(transparent(color, SEED_OPACITY));
            series.setLineStyle(round(0.9f));
        }
    }

    private static void addMean(XYChart chart, Curve curve, Color color) {
        if (curve.points().isEmpty()) {
            return;
        }
        int seeds = curve.seeds().size();
        XYSeries series = chart.addSeries(
                name(curve, seeds == 1 ? "one seed" : "mean ± standard deviation of " + seeds + " seeds"),
                new ArrayList<>(curve.points().keySet()),
                curve.points().values().stream().map(at -> at.mean()).toList());
        series.setMarker(curve.points().size() == 1 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
        series.setMarkerColor(color);
        series.setLineColor(color);
        series.setLineStyle(round(2.4f));
    }

    private static void addGoals(XYChart chart, List<Curve> curves) {
        double last = 0;
        Map<Double, String> goals = new LinkedHashMap<>();
        for (Curve curve : curves) {
            for (var line : curve.seeds()) {
                last = Math.max(last, line.lastKey());
            }
            Goal goal = curve.task().goal();
            if (Double.isInfinite(goal.mean())) {
                goals.put(goal.perSeed(), "threshold of a seed: " + plain(goal.perSeed()));
            } else {
                goals.put(goal.mean(), "threshold of the mean: " + plain(goal.mean()));
            }
        }
        for (Map.Entry<Double, String> goal : goals.entrySet()) {
            XYSeries series =
                    chart.addSeries(goal.getValue(), List.of(0.0, last), List.of(goal.getKey(), goal.getKey()));
            series.setMarker(SeriesMarkers.NONE);
            series.setLineColor(GOAL);
            series.setLineStyle(
                    new BasicStroke(1.4f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 10, new float[] {7, 5}, 0));
        }
    }

    private static String name(Curve curve, String what) {
        return curve.task().algorithm().toUpperCase(Locale.ROOT) + ": " + what;
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private static BasicStroke round(float width) {
        return new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
    }

    private static Color transparent(Color color, int opacity) {
        return new Color(color.getRed(), color.getGreen(), color.getBlue(), opacity);
    }
}
