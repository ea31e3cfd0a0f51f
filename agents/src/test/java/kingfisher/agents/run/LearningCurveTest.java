package kingfisher.agents.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import kingfisher.agents.plot.ChartStyle;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LearningCurveTest {
    @TempDir
    Path parent;

    private RunFolder folder = RunFolder.forNewRun(Path.of("set before each test"));
    private final List<String> warnings = new ArrayList<>();

    @BeforeEach
    void createFolder() {
        folder = RunFolder.forNewRun(parent.resolve("run"));
        folder.create();
    }

    private void writeARun() {
        SplittableRandom random = new SplittableRandom(3);
        MetricsFile metrics = new MetricsFile(folder.metrics());
        EvaluationsFile evaluations = new EvaluationsFile(folder.evaluations());
        for (int i = 1; i <= 390; i++) {
            double mean = i < 3 ? Double.NaN : 500 / (1 + Math.exp(-(i - 130) / 35.0)) + random.nextDouble(-8, 8);
            metrics.append(i, i * 256L, Map.of("rollout/ep_rew_mean", mean));
            if (i % 39 == 0) {
                double reached = Math.min(500, mean * 1.1);
                evaluations.append(
                        i * 256L, new ReturnSummary(reached, (500 - reached) / 4), ReturnSummary.NONE, 10, 0.1);
            }
        }
    }

    private long pixelsNear(BufferedImage image, int red, int green, int blue) {
        long count = 0;
        for (int x = 0; x < image.getWidth(); x++) {
            for (int y = 0; y < image.getHeight(); y++) {
                int rgb = image.getRGB(x, y);
                int distance = Math.abs((rgb >> 16 & 255) - red)
                        + Math.abs((rgb >> 8 & 255) - green)
                        + Math.abs((rgb & 255) - blue);
                count += distance < 12 ? 1 : 0;
            }
        }
        return count;
    }

    @Test
    void trainingAndEvaluationsAreBothDrawn() throws IOException {
        writeARun();

        LearningCurve.draw(folder, "ppo on CartPole-v1, seed 3", warnings::add);

        BufferedImage image = ImageIO.read(folder.learningCurve().toFile());
        assertThat(image.getWidth()).isEqualTo(1600);
        assertThat(pixelsNear(image, 0x8f, 0xb4, 0xd9))
                .as("pixels of the training line")
                .isGreaterThan(1000);
        assertThat(pixelsNear(image, 0xc4, 0x4e, 0x1c))
                .as("pixels of evaluations")
                .isGreaterThan(500);
        assertThat(warnings).isEmpty();
    }

    @Test
    void evaluationsAloneAreDrawnToo() {
        new EvaluationsFile(folder.evaluations()).append(100, new ReturnSummary(9, 1), ReturnSummary.NONE, 10, 0.1);

        LearningCurve.draw(folder, "title", warnings::add);

        assertThat(folder.learningCurve()).exists();
        assertThat(warnings).isEmpty();
    }

    @Test
    void nothingIsDrawnOfARunWithoutReturns() {
        new MetricsFile(folder.metrics()).append(1, 256, Map.of("rollout/ep_rew_mean", Double.NaN));

        LearningCurve.draw(folder, "title", warnings::add);

        assertThat(folder.learningCurve()).doesNotExist();
        assertThat(warnings).isEmpty();
    }

    @Test
    void aPictureThatCannotBeMadeIsAWarningOfOneLine() throws IOException {
        writeARun();
        Files.createDirectory(folder.learningCurve());
        Files.createFile(folder.learningCurve().resolve("in the way"));

        LearningCurve.draw(folder, "title", warnings::add);

        assertThat(warnings).hasSize(1);
        assertThat(warnings.get(0)).startsWith("no learning curve was drawn: ").doesNotContain("\n");
    }

    @Test
    void memoryThatIsNotEnoughForThePictureIsAWarningToo() throws Exception {
        String rows = "1,256,20.5\n".repeat(1 << 20);
        Files.writeString(folder.metrics(), "iteration,steps,rollout/ep_rew_mean\n" + rows);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx16m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Drawing.class.getName(),
                        folder.root().toString())
                .redirectErrorStream(true)
                .start();

        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("no learning curve was drawn: OutOfMemoryError Java heap space" + System.lineSeparator());
        assertThat(process.waitFor()).isZero();
    }

    /** Draws the picture of the run folder that it is given, in a process of its own. */
    static final class Drawing {
        private Drawing() {}

        public static void main(String[] arguments) {
            LearningCurve.draw(RunFolder.ofExistingRun(Path.of(arguments[0])), "title", System.out::println);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "500, 500", "20000, 20k", "1500000, 1.5M", "1e6, 1M", "2500, 2.5k"})
    void stepsAreLabelledAsUsersWriteThem(double value, String label) {
        assertThat(ChartStyle.steps(value)).isEqualTo(label);
    }
}
