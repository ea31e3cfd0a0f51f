package kingfisher.agents.run;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The picture of a run: the return in training and in evaluations, against environment steps. */
public final class LearningCurve {
    private static final String TRAINING_RETURN = "rollout/ep_rew_mean";
    private static final Color TRAINING = new Color(0x8f, 0xb4, 0xd9);
    private static final Color EVALUATION = new Color(0xc4, 0x4e, 0x1c);
    private static final Color TEXT = new Color(0x33, 0x33, 0x33);
    private static final Color GRID = new Color(0xe4, 0xe4, 0xe4);
    private static final int WIDTH = 800;
    private static final int HEIGHT = 480;
    private static final int SCALE = 2; // pixels for each of these, so that the picture is sharp on fine screens

    private LearningCurve() {}

    /**
     * Draws what the files of metrics and evaluations hold; nothing where they hold no returns.
     *
     * @param warn takes one line if the picture cannot be made, which is no reason to lose a run
     */
    public static void draw(RunFolder folder, String title, Consumer<String> warn) {
        try {
            XYChart chart = chart(title);
            boolean trained = addTraining(chart, new Csv(folder.metrics()));
            boolean evaluated = addEvaluations(chart, new Csv(folder.evaluations()));
            if (trained || evaluated) {
                AtomicFile.write(folder.learningCurve(), png(chart));
            }
        } catch (IOException | RuntimeException | LinkageError | InternalError | java.awt.AWTError failure) {
            // a Java without its graphics libraries or a system without fonts fails in each of these ways
            String reason =
                    String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
            warn.accept("no learning curve was drawn: " + failure.getClass().getSimpleName() + " " + reason);
        }
    }

    private static byte[] png(XYChart chart) throws IOException {
        BufferedImage image = new BufferedImage(SCALE * WIDTH, SCALE * HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.scale(SCALE, SCALE);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        chart.paint(graphics, WIDTH, HEIGHT);
        graphics.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageIO.write(image, "png", out);
        }
        return bytes.toByteArray();
    }

    private static boolean addTraining(XYChart chart, Csv metrics) {
        double[] returns = metrics.numbers(TRAINING_RETURN);
        int[] shown = present(returns);
        if (shown.length == 0) {
            return false;
        }
        XYSeries series = chart.addSeries(
                "training (mean of the latest episodes)",
                at(shown, metrics.numbers(EvaluationsFile.STEPS)),
                at(shown, returns));
        series.setMarker(SeriesMarkers.NONE);
        series.setLineColor(TRAINING);
        series.setLineStyle(new BasicStroke(1.5f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        return true;
    }

    private static boolean addEvaluations(XYChart chart, Csv evaluations) {
        double[] means = evaluations.numbers(EvaluationsFile.DETERMINISTIC_MEAN);
        int[] shown = present(means);
        if (shown.length == 0) {
            return false;
        }
        XYSeries series = chart.addSeries(
                "evaluation (mean ± standard deviation)",
                at(shown, evaluations.numbers(EvaluationsFile.STEPS)),
                at(shown, means),
                at(shown, evaluations.numbers(EvaluationsFile.DETERMINISTIC_STD)));
        series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
        series.setMarker(SeriesMarkers.CIRCLE);
        series.setMarkerColor(EVALUATION);
        series.setLineColor(EVALUATION); // of the legend's sign
        return true;
    }

    private static int[] present(double[] values) {
        return IntStream.range(0, values.length)
                .filter(i -> Double.isFinite(values[i]))
                .toArray();
    }

    private static double[] at(int[] indices, double[] values) {
        return IntStream.of(indices).mapToDouble(i -> values[i]).toArray();
    }

    private static XYChart chart(String title) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle("environment steps")
                .yAxisTitle("return of an episode")
                .build();
        XYStyler style = chart.getStyler();
        style.setChartBackgroundColor(Color.WHITE);
        style.setChartFontColor(TEXT);
        style.setChartPadding(14);
        style.setChartTitleBoxVisible(false);
        style.setChartTitleFont(font(Font.BOLD, 16));
        style.setAxisTitleFont(font(Font.PLAIN, 13));
        style.setAxisTickLabelsFont(font(Font.PLAIN, 12));
        style.setXAxisTickLabelsFormattingFunction(LearningCurve::steps);
        style.setXAxisTickMarkSpacingHint(90);
        style.setYAxisTickMarkSpacingHint(48);
        style.setYAxisLabelAlignment(AxesChartStyler.TextAlignment.Right);
        style.setAxisTickLabelsColor(TEXT);
        style.setAxisTickMarksColor(GRID);
        style.setPlotBorderVisible(false);
        style.setPlotGridVerticalLinesVisible(false);
        style.setPlotGridLinesColor(GRID);
        style.setPlotGridLinesStroke(new BasicStroke(1));
        style.setErrorBarsColor(EVALUATION);
        style.setMarkerSize(7);
        style.setLegendFont(font(Font.PLAIN, 12));
        style.setLegendPosition(Styler.LegendPosition.OutsideS);
        style.setLegendLayout(Styler.LegendLayout.Horizontal);
        style.setLegendBorderColor(Color.WHITE);
        style.setXAxisMin(0.0);
        return chart;
    }

    private static Font font(int style, int size) {
        return new Font(Font.SANS_SERIF, style, size);
    }

    /** Steps as users write them: 20k, 1.5M. */
    static String steps(double value) {
        List<String> units = List.of("", "k", "M", "G");
        int unit = 0;
        double shown = value;
        while (Math.abs(shown) >= 1000 && unit < units.size() - 1) {
            shown /= 1000;
            unit++;
        }
        return (shown == Math.rint(shown) ? Long.toString((long) shown) : Double.toString(shown)) + units.get(unit);
    }
}
