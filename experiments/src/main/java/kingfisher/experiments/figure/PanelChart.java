package kingfisher.experiments.figure;

import java.awt.BasicStroke;
import java.awt.Color;
import java.util.List;
import kingfisher.agents.plot.ChartStyle;
import kingfisher.experiments.figure.ProximalFigure.Panel;
import kingfisher.experiments.figure.ProximalFigure.Prediction;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The chart of one panel: examples, the new example, and a curve for each λ, from green to red as λ falls. */
final class PanelChart {

    private static final int WIDTH = 400;
    private static final int HEIGHT = 420;
    private static final int MARKER = 7;
    private static final double LOWEST = -1.5;
    private static final double HIGHEST = 2;
    private static final Color MODEL = new Color(0x1f, 0x5f, 0xa8);
    private static final Color EXAMPLE = new Color(0x8a, 0x8a, 0x8a);
    private static final Color NEW_EXAMPLE = new Color(0xd0, 0x10, 0x10);

    /** Green to red, lighter in the middle, so that the order shows in grey as well. */
    private static final List<Color> COLORS = List.of(
            new Color(0x1a, 0x7f, 0x37),
            new Color(0x6c, 0xa8, 0x2c),
            new Color(0xd9, 0xa9, 0x1a),
            new Color(0xe0, 0x6c, 0x1f),
            new Color(0xc0, 0x1c, 0x1c));

    private PanelChart() {}

    static XYChart draw(ProximalFigure figure, Panel panel) {
        XYChart chart = ChartStyle.chart(panel.title(), "x", "prediction", WIDTH, HEIGHT);
        XYStyler style = chart.getStyler();
        style.setYAxisMin(LOWEST);
        style.setYAxisMax(HIGHEST);
        style.setXAxisMin(figure.places().get(0));
        style.setXAxisMax(figure.places().get(figure.places().size() - 1));
        style.setMarkerSize(MARKER);
        style.setLegendPosition(Styler.LegendPosition.OutsideS);
        addPoints(chart, "examples", figure.inputs(), figure.targets(), EXAMPLE, SeriesMarkers.CIRCLE);
        if (panel != Panel.MODEL) {
            addCurve(chart, "before", figure, figure.predictions(Panel.MODEL).get(0), MODEL, 1.2f, false);
        }
        List<Prediction> predictions = figure.predictions(panel);
        for (int i = 0; i < predictions.size(); i++) {
            boolean updated = panel != Panel.MODEL;
            // what the numbers are needs saying once, for which there is room
            String name = (i == 0 ? "λ = " : "") + plain(predictions.get(i).lambda());
            Color color = updated ? COLORS.get(i) : MODEL;
            addCurve(chart, updated ? name : "model", figure, predictions.get(i), color, 2, true);
        }
        List<Double> newInput = List.of(figure.newInput());
        addPoints(chart, "new example", newInput, List.of(figure.newTarget()), NEW_EXAMPLE, SeriesMarkers.DIAMOND);
        return chart;
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private static void addPoints(
            XYChart chart, String name, List<Double> x, List<Double> y, Color color, Marker marker) {
        XYSeries series = chart.addSeries(name, x, y);
        series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
        series.setMarker(marker);
        series.setMarkerColor(color);
        series.setShowInLegend(false);
    }

    private static void addCurve(
            XYChart chart,
            String name,
            ProximalFigure figure,
            Prediction prediction,
            Color color,
            float width,
            boolean inLegend) {
        XYSeries series = chart.addSeries(name, figure.places(), prediction.curve());
        series.setMarker(SeriesMarkers.NONE);
        series.setLineColor(color);
        series.setLineStyle(new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        series.setShowInLegend(inLegend);
    }
}
