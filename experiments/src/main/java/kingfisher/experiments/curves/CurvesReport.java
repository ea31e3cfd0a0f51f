package kingfisher.experiments.curves;

import java.awt.AWTError;
import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import kingfisher.agents.plot.ChartStyle;
import kingfisher.agents.run.AtomicFile;
import kingfisher.experiments.curves.CurvesResults.Ended;
import kingfisher.experiments.suite.SuiteFolder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The page {@code summary.md} and two pictures, of the best run of each algorithm. */
final class CurvesReport {

    private static final List<Color> COLORS = List.of(
            new Color(0x55, 0x55, 0x55),
            new Color(0xc4, 0x4e, 0x1c),
            new Color(0x1f, 0x5f, 0xa8),
            new Color(0x4f, 0xa3, 0xd9),
            new Color(0x2f, 0x8f, 0x6b),
            new Color(0x9c, 0xb8, 0x3a),
            new Color(0x7a, 0x4f, 0x9d),
            new Color(0xc9, 0x7f, 0xb2),
            new Color(0x8a, 0x5a, 0x3c));

    /** What K-FAC's updates are to be at most, as a part of those of SGD to the same loss. */
    private static final double PART = 0.1;

    private final CurvesSize size;
    private final SuiteFolder folder;
    private final Consumer<String> warn;

    CurvesReport(CurvesSize size, SuiteFolder folder, Consumer<String> warn) {
        this.size = size;
        this.folder = folder;
        this.warn = warn;
    }

    /** Writes the page and draws the pictures, over those that are there. */
    void write(CurvesResults results) {
        List<Ended> best = results.best();
        if (best.isEmpty()) {
            return;
        }
        AtomicFile.write(folder.summary(), page(results));
        draw("updates", best, CurvePoint::updates);
        draw("seconds", best, CurvePoint::seconds);
    }

    private void draw(String axis, List<Ended> best, ToDoubleFunction<CurvePoint> x) {
        try {
            AtomicFile.write(folder.picture(axis), ChartStyle.png(chart(axis, best, x)));
        } catch (IOException | RuntimeException | LinkageError | InternalError | AWTError failure) {
            // a Java without its graphics libraries or a system without fonts fails in each of these ways
            warn.accept("no picture of losses against " + axis + " was drawn: " + failure);
        }
    }

    private static XYChart chart(String axis, List<Ended> best, ToDoubleFunction<CurvePoint> x) {
        XYChart chart = ChartStyle.chart("Autoencoder of curves", "training loss");
        chart.setXAxisTitle(axis);
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setYAxisLogarithmic(true);
        chart.getStyler().setXAxisMin(null);
        // so many names are wider than the picture
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
        chart.getStyler().setLegendLayout(Styler.LegendLayout.Vertical);
        for (int i = 0; i < best.size(); i++) {
            // the first evaluation is before the first update, which a logarithmic axis does not have
            List<CurvePoint> points = best.get(i).points().stream()
                    .filter(point -> x.applyAsDouble(point) > 0 && point.trainingLoss() > 0)
                    .filter(point -> Double.isFinite(point.trainingLoss()))
                    .toList();
            if (points.isEmpty()) {
                continue;
            }
            XYSeries series = chart.addSeries(
                    best.get(i).run().algorithm(),
                    points.stream().map(x::applyAsDouble).toList(),
                    points.stream().map(CurvePoint::trainingLoss).toList());
            series.setMarker(points.size() == 1 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
            series.setLineColor(COLORS.get(i % COLORS.size()));
            series.setMarkerColor(COLORS.get(i % COLORS.size()));
            series.setLineStyle(new BasicStroke(2.2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        }
        return chart;
    }

    String page(CurvesResults results) {
        List<Ended> best = results.best();
        StringBuilder page =
                new StringBuilder("# ").append(CurvesExperiment.NAME).append("\n\n");
        page.append("""
                An autoencoder of images of curves, %s units and back, logistic units, a linear code. The loss is the mean
                divergence of the reconstruction from an image in nats, 0 at a perfect one, over all %,d training or %,d test
                images; updates are of %,d images. Hessian-free takes loss and gradient of all training images and the curvature
                of %,d. Each run is on one thread; seconds are those of updates, without evaluations.

                Of each algorithm the run with the least training loss:

                """.formatted(widths(), size.trainingImages(), size.testImages(), size.batch(), size.batch()));
        page.append(
                        "| algorithm | setting | updates | seconds | seconds an update | training loss | least | test loss |")
                .append(" updates and seconds to sgd's least loss |\n")
                .append("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
        Optional<Ended> sgd = of(CurvesRuns.SGD, best);
        for (Ended each : best) {
            CurvePoint last = each.last();
            page.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %d | %.1f | %.3f | %.3f | %.3f | %.3f | %s |%n",
                    each.run().algorithm(),
                    each.run().setting(),
                    last.updates(),
                    last.seconds(),
                    last.seconds() / Math.max(1, last.updates()),
                    last.trainingLoss(),
                    each.bestLoss(),
                    last.testLoss(),
                    sgd.flatMap(first -> each.reached(first.bestLoss()))
                            .map(point -> String.format(Locale.ROOT, "%d, %.1f", point.updates(), point.seconds()))
                            .orElse("–")));
        }
        page.append('\n');
        sgd.ifPresent(first -> goals(first, best, page));
        structures(results.all(), page);
        page.append(
                        "\nAll runs:\n\n| algorithm | setting | updates | seconds | training loss | least | status | commit |\n")
                .append("| --- | --- | --- | --- | --- | --- | --- | --- |\n");
        for (Ended each : results.all()) {
            page.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %d | %.1f | %.3f | %.3f | %s | %s |%n",
                    each.run().algorithm(),
                    each.run().setting(),
                    each.last().updates(),
                    each.last().seconds(),
                    each.last().trainingLoss(),
                    each.bestLoss(),
                    CurvesResults.text(each.status()),
                    each.commit()));
        }
        page.append("\n![loss against updates](updates.png)\n\n![loss against seconds](seconds.png)\n");
        return page.toString();
    }

    private String widths() {
        return size.widths().stream()
                .map(String::valueOf)
                .reduce((first, second) -> first + "-" + second)
                .orElseThrow();
    }

    private static Optional<Ended> of(String algorithm, List<Ended> runs) {
        return runs.stream()
                .filter(each -> each.run().algorithm().equals(algorithm))
                .findFirst();
    }

    /** Whether K-FAC comes to SGD's least loss in a tenth of its updates and in less time. */
    private static void goals(Ended sgd, List<Ended> best, StringBuilder page) {
        Optional<CurvePoint> least = sgd.reached(sgd.bestLoss());
        if (least.isEmpty()) {
            return;
        }
        for (String algorithm : List.of(CurvesRuns.KFAC, CurvesRuns.KFAC_EXACT)) {
            Optional<Ended> kfac = of(algorithm, best);
            if (kfac.isEmpty()) {
                continue;
            }
            Optional<CurvePoint> reached = kfac.get().reached(sgd.bestLoss());
            boolean fewer = reached.isPresent()
                    && reached.get().updates() <= PART * least.get().updates();
            boolean faster =
                    reached.isPresent() && reached.get().seconds() < least.get().seconds();
            page.append(String.format(
                    Locale.ROOT,
                    "Goal: %s comes to sgd's least loss %.3f in a tenth of its %d updates: %s; in less than its %.1f s: %s.%n",
                    algorithm,
                    sgd.bestLoss(),
                    least.get().updates(),
                    fewer ? "reached" : "missed",
                    least.get().seconds(),
                    faster ? "reached" : "missed"));
        }
    }

    /** Whether blocks beside the diagonal cost updates: to the least loss that both come to with one setting. */
    private static void structures(List<Ended> all, StringBuilder page) {
        for (Ended tridiagonal : all) {
            if (!tridiagonal.run().algorithm().equals(CurvesRuns.KFAC_TRIDIAGONAL)) {
                continue;
            }
            String setting = tridiagonal.run().setting();
            of(
                            CurvesRuns.KFAC_FACTORED,
                            all.stream()
                                    .filter(each -> each.run().setting().equals(setting))
                                    .toList())
                    .ifPresent(diagonal -> compare(tridiagonal, diagonal, page));
        }
    }

    private static void compare(Ended tridiagonal, Ended diagonal, StringBuilder page) {
        double loss = Math.max(diagonal.bestLoss(), tridiagonal.bestLoss());
        Optional<CurvePoint> needed = tridiagonal.reached(loss);
        Optional<CurvePoint> allowed = diagonal.reached(loss);
        if (needed.isEmpty() || allowed.isEmpty()) {
            return;
        }
        page.append(String.format(
                Locale.ROOT,
                "Goal: %s (%s) comes to a loss of %.3f in no more updates than %s (%d, %d): %s.%n",
                CurvesRuns.KFAC_TRIDIAGONAL,
                tridiagonal.run().setting(),
                loss,
                CurvesRuns.KFAC_FACTORED,
                needed.get().updates(),
                allowed.get().updates(),
                needed.get().updates() <= allowed.get().updates() ? "reached" : "missed"));
    }
}
