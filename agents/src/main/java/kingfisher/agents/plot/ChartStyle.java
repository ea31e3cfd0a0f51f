package kingfisher.agents.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;

/** How pictures look: sizes, fonts, colours of everything that is no data. */
public final class ChartStyle {
    private static final Color TEXT = new Color(0x33, 0x33, 0x33);
    private static final Color GRID = new Color(0xe4, 0xe4, 0xe4);
    private static final int WIDTH = 800;
    private static final int HEIGHT = 480;
    private static final int SCALE = 2; // pixels for each of these, so that the picture is sharp on fine screens
    private static final MathContext DIGITS = new MathContext(6);

    private ChartStyle() {}

    /** Returns a chart without data, of returns against environment steps. */
    public static XYChart chart(String title, String returns) {
        XYChart chart = chart(title, "environment steps", returns, WIDTH, HEIGHT);
        XYStyler style = chart.getStyler();
        style.setXAxisTickLabelsFormattingFunction(ChartStyle::steps);
        style.setXAxisTickMarkSpacingHint(90);
        style.setXAxisMin(0.0);
        return chart;
    }

    /** Returns a chart without data, of a size in points. */
    public static XYChart chart(String title, String abscissa, String ordinate, int width, int height) {
        XYChart chart = new XYChartBuilder()
                .width(width)
                .height(height)
                .title(title)
                .xAxisTitle(abscissa)
                .yAxisTitle(ordinate)
                .build();
        XYStyler style = chart.getStyler();
        style.setChartBackgroundColor(Color.WHITE);
        style.setChartFontColor(TEXT);
        style.setChartPadding(14);
        style.setChartTitleBoxVisible(false);
        style.setChartTitlePadding(12);
        style.setPlotContentSize(0.97);
        style.setChartTitleFont(font(Font.BOLD, 16));
        style.setAxisTitleFont(font(Font.PLAIN, 13));
        style.setAxisTickLabelsFont(font(Font.PLAIN, 12));
        style.setYAxisTickMarkSpacingHint(48);
        style.setYAxisLabelAlignment(AxesChartStyler.TextAlignment.Right);
        style.setAxisTickLabelsColor(TEXT);
        style.setAxisTickMarksColor(GRID);
        style.setPlotBorderVisible(false);
        style.setPlotGridVerticalLinesVisible(false);
        style.setPlotGridLinesColor(GRID);
        style.setPlotGridLinesStroke(new BasicStroke(1));
        style.setLegendFont(font(Font.PLAIN, 12));
        style.setLegendPosition(Styler.LegendPosition.OutsideS);
        style.setLegendLayout(Styler.LegendLayout.Horizontal);
        style.setLegendBorderColor(Color.WHITE);
        return chart;
    }

    private static Font font(int style, int size) {
        return new Font(Font.SANS_SERIF, style, size);
    }

    /** Steps as users write them: 20k, 1.5M. */
    public static String steps(double value) {
        List<String> units = List.of("", "k", "M", "G");
        int unit = 0;
        double shown = value;
        while (Math.abs(shown) >= 1000 && unit < units.size() - 1) {
            shown /= 1000;
            unit++;
        }
        BigDecimal digits = new BigDecimal(shown, DIGITS).stripTrailingZeros();
        return digits.toPlainString() + units.get(unit);
    }

    /** Returns the picture as a PNG file has it. */
    public static byte[] png(XYChart chart) throws IOException {
        return png(List.of(chart));
    }

    /** Returns a picture of charts of one size side by side, as a PNG file has it. */
    public static byte[] png(List<XYChart> charts) throws IOException {
        int width = charts.get(0).getWidth();
        int height = charts.get(0).getHeight();
        BufferedImage image =
                new BufferedImage(SCALE * width * charts.size(), SCALE * height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.scale(SCALE, SCALE);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        for (XYChart chart : charts) {
            chart.paint(graphics, width, height);
            graphics.translate(width, 0);
        }
        graphics.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageIO.write(image, "png", out);
        }
        return bytes.toByteArray();
    }
}
