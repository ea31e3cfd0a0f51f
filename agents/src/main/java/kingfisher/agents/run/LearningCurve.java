package kingfisher.agents.run;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import kingfisher.agents.plot.ChartStyle;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The picture of a run: the return in training and in evaluations, against environment steps. */
public final class LearningCurve {
    private static final String TRAINING_RETURN = "rollout/ep_rew_mean";
    private static final Color TRAINING = new Color(0x8f, 0xb4, 0xd9);
    private static final Color EVALUATION = new Color(0xc4, 0x4e, 0x1c);

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
                AtomicFile.write(folder.learningCurve(), ChartStyle.png(chart));
            }
        } catch (IOException | RuntimeException | LinkageError | VirtualMachineError | java.awt.AWTError failure) {
            // a Java without its graphics libraries, a system without fonts, a picture beyond the memory fail so
            String reason =
                    String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
            warn.accept("no learning curve was drawn: " + failure.getClass().getSimpleName() + " " + reason);
        }
    }

    private static boolean addTraining(XYChart chart, Csv metrics) {
        double[] returns = metrics.numbers(TRAINING_RETURN);
        int[] shown = present(returns);
        if (shown.length == 0) {
            return false;
        }
        XYSeries series = chart.addSeries(
                "training (mean of the latest episodes)",
                unequallySpaced(at(shown, metrics.numbers(EvaluationsFile.STEPS))),
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

    /** Moves the first value by less than shows: XChart labels equally spaced values, as 6.4k, instead of round ones. */
    private static double[] unequallySpaced(double[] values) {
        if (values.length > 2) {
            values[0] += 1e-3;
        }
        return values;
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
        XYChart chart = ChartStyle.chart(title, "return of an episode");
        XYStyler style = chart.getStyler();
        style.setErrorBarsColor(EVALUATION);
        style.setMarkerSize(7);
        return chart;
    }
}
