package kingfisher.experiments.report;

import static kingfisher.experiments.suite.SuiteFixture.ACROBOT_0;
import static kingfisher.experiments.suite.SuiteFixture.CART_0;
import static kingfisher.experiments.suite.SuiteFixture.CART_1;
import static kingfisher.experiments.suite.SuiteFixture.SUITE;
import static kingfisher.experiments.suite.SuiteFixture.completed;
import static kingfisher.experiments.suite.SuiteFixture.evaluations;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import kingfisher.agents.plot.ChartStyle;
import kingfisher.agents.run.RunStatus;
import kingfisher.experiments.suite.CsvTable;
import kingfisher.experiments.suite.Statistics;
import kingfisher.experiments.suite.SuiteFixture;
import kingfisher.experiments.suite.SuiteFolder;
import kingfisher.experiments.suite.SuiteResults;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SuiteReportTest {
    @TempDir
    Path directory;

    private SuiteFolder folder;
    private SuiteResults results;

    @BeforeEach
    void load() {
        folder = new SuiteFolder(directory);
        folder.create();
        results = SuiteResults.load(folder, SUITE);
    }

    @Test
    void theSummaryHasARowForEachTaskThatHasBegun() {
        results.record(completed(CART_0, 500), evaluations(1, 2));
        results.record(completed(CART_1, 470), evaluations(1, 2));
        assertThat(SummaryPage.of(SUITE, results))
                .startsWith("# small\n\nTwo tasks.")
                .contains(
                        "| ppo | CartPole-v1 | mean ≥ 475, 1 seed ≥ 475 | 485.0 ± 21.2 | 470.0 | 1 of 2 | **reached** | 2.5 |"
                                + " `java -jar experiments.jar run small --out results --only"
                                + " algorithm=ppo,environment=CartPole-v1` |\n")
                .contains("![CartPole-v1](CartPole-v1.png)")
                .contains("abc (2 runs)")
                .doesNotContain("Acrobot");
    }

    @Test
    void aTaskWithRunsMissingIsOpen() {
        results.record(completed(CART_0, 500), evaluations(1, 2));
        results.record(SuiteFixture.ended(CART_1, RunStatus.FAILED), CsvTable.EMPTY);
        assertThat(SummaryPage.of(SUITE, results))
                .contains("| 500.0 | 500.0 | 1 of 1 | open (1 of 2 runs done), 1 failed | 2.5 |");
    }

    @Test
    void aTaskThatFallsShortSaysSo() {
        results.record(completed(ACROBOT_0, -95), CsvTable.EMPTY);
        assertThat(SummaryPage.of(SUITE, results))
                .contains("| mean ≥ -90, 1 seed ≥ -100 | -95.0 | -95.0 | 1 of 1 | **missed** | 2.5 |")
                .as("no evaluation, no picture")
                .doesNotContain("![");
    }

    @Test
    void aCurveIsTheMeanWhereEverySeedWasEvaluated() {
        results.record(completed(CART_0, 1), evaluations(10, 20));
        CsvTable longer = new CsvTable(
                List.of("steps", "deterministic_mean"),
                List.of(List.of("512", "30"), List.of("768", "31"), List.of("1024", "50")));
        results.record(completed(CART_1, 1), longer);
        Curve curve = Curve.of(SUITE.tasks().get(0), results);
        assertThat(curve.seeds()).hasSize(2);
        assertThat(curve.points().keySet()).containsExactly(512.0, 1024.0);
        assertThat(curve.points().values()).extracting(Statistics::mean).containsExactly(20.0, 35.0);
        assertThat(curve.band().x()).containsExactly(512.0, 1024.0, 1024.0, 512.0);
        assertThat(curve.band().y().get(0)).isCloseTo(20 + Math.sqrt(200), within(1e-12));
        assertThat(curve.band().y().get(3)).isCloseTo(20 - Math.sqrt(200), within(1e-12));
    }

    @Test
    void thePictureShowsTheMeanAndTheGoal() throws IOException {
        results.record(completed(CART_0, 1), evaluations(10, 300));
        results.record(completed(CART_1, 1), evaluations(20, 400));
        List<String> warnings = new ArrayList<>();
        SuiteReport report = new SuiteReport(SUITE, folder, warnings::add);
        report.drawAllCurves(results);
        report.writeSummary(results);
        assertThat(warnings).isEmpty();
        assertThat(folder.summary()).exists();
        assertThat(folder.picture("Acrobot-v1")).doesNotExist();
        BufferedImage image = ImageIO.read(folder.picture("CartPole-v1").toFile());
        assertThat(image.getWidth()).isEqualTo(1600);
        assertThat(pixels(image, new Color(0x1f, 0x5f, 0xa8))).as("mean").isGreaterThan(500);
        assertThat(pixels(image, new Color(0x55, 0x55, 0x55))).as("goal").isGreaterThan(500);
    }

    @Test
    void aPictureThatCannotBeWrittenIsNoReasonToStop() throws IOException {
        results.record(completed(CART_0, 1), evaluations(10, 300));
        Files.createDirectories(folder.picture("CartPole-v1").resolve("in-the-way"));
        List<String> warnings = new ArrayList<>();
        new SuiteReport(SUITE, folder, warnings::add).drawAllCurves(results);
        assertThat(warnings).singleElement().asString().startsWith("no picture of CartPole-v1 was drawn: ");
    }

    @Test
    void stepsAreWrittenAsUsersWriteThem() {
        assertThat(List.of(0.0, 950.0, 20_000.0, 1_500_000.0, 99_999.99999999999))
                .extracting(ChartStyle::steps)
                .containsExactly("0", "950", "20k", "1.5M", "100k");
    }

    private static long pixels(BufferedImage image, Color color) {
        long count = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                if (image.getRGB(x, y) == color.getRGB()) {
                    count++;
                }
            }
        }
        return count;
    }
}
