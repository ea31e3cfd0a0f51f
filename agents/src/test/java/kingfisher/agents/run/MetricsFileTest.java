package kingfisher.agents.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import kingfisher.envs.InvalidInputException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MetricsFileTest {
    @TempDir
    Path folder;

    private Path file = Path.of("set before each test");

    @BeforeEach
    void name() {
        file = folder.resolve("metrics.csv");
    }

    private static Map<String, Double> row(double first, double second, double seconds) {
        Map<String, Double> row = new LinkedHashMap<>();
        row.put("time/fps", seconds);
        row.put("train/loss", first);
        row.put("rollout/ep_rew_mean", second);
        return row;
    }

    private void write(int from, int to) {
        MetricsFile metrics = new MetricsFile(file);
        for (int i = from; i <= to; i++) {
            metrics.append(i, i * 256L, row(1.0 / i, Math.exp(i), 0));
        }
    }

    @Test
    void theFirstRowDecidesTheColumnsWithTimeLast() {
        MetricsFile metrics = new MetricsFile(file);
        metrics.append(1, 256, row(0.1, 1e-7, 31250));
        metrics.append(2, 512, Map.of("rollout/ep_rew_mean", 1.0 / 3));

        assertThat(file).hasContent("""
                        iteration,steps,train/loss,rollout/ep_rew_mean,time/fps
                        1,256,0.1,1.0E-7,31250.0
                        2,512,,0.3333333333333333,
                        """);
    }

    @Test
    void aNumberThatIsMissingOrNaNLeavesItsCellEmpty() throws IOException {
        new MetricsFile(file).append(1, 256, row(Double.NaN, Double.POSITIVE_INFINITY, 1));

        assertThat(Files.readString(file)).endsWith("\n1,256,,Infinity,1.0\n");
    }

    @Test
    void eachRowIsThereForOthersAtOnce() throws IOException {
        MetricsFile metrics = new MetricsFile(file);
        for (int i = 1; i <= 3; i++) {
            metrics.append(i, i, row(i, i, i));
            assertThat(Files.readAllLines(file)).hasSize(1 + i);
        }
    }

    @Test
    void aColumnThatTheFirstRowHadNotIsRefused() throws IOException {
        MetricsFile metrics = new MetricsFile(file);
        metrics.append(1, 256, row(1, 2, 3));
        String before = Files.readString(file);

        assertThatThrownBy(() -> metrics.append(2, 512, Map.of("train/lss", 1.0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("train/lss");
        assertThat(file).hasContent(before);
    }

    @Test
    void aNameThatWouldBreakTheFileIsRefused() {
        MetricsFile metrics = new MetricsFile(file);

        assertThatThrownBy(() -> metrics.append(1, 1, Map.of("a,b", 1.0))).isInstanceOf(IllegalArgumentException.class);
        assertThat(file).doesNotExist();
    }

    @Test
    void aRunThatGoesOnGivesTheSameBytesAsOneThatNeverStopped() throws IOException {
        write(1, 10);
        byte[] unbroken = Files.readAllBytes(file);

        for (int stop = 0; stop <= 10; stop++) {
            new MetricsFile(file).truncateAfter(stop);
            write(stop + 1, 10);
            assertThat(file).as("stopped after row %d", stop).hasBinaryContent(unbroken);
        }
    }

    @Test
    void theSameObjectGoesOnAfterTheCut() throws IOException {
        MetricsFile metrics = new MetricsFile(file);
        metrics.append(1, 1, Map.of("a", 1.0));
        metrics.truncateAfter(0);
        metrics.append(1, 1, Map.of("b", 1.0));

        assertThat(file).hasContent("iteration,steps,b\n1,1,1.0\n");
    }

    @Test
    void aLineThatAKilledWriterLeftHalfGoesAway() throws IOException {
        write(1, 3);
        byte[] whole = Files.readAllBytes(file);
        Files.writeString(file, "4,1024,0.2", StandardOpenOption.APPEND);

        new MetricsFile(file).truncateAfter(3);

        assertThat(file).hasBinaryContent(whole);
    }

    @Test
    void aFileThatLacksTheRowOfTheCheckpointIsRefused() {
        write(1, 3);

        assertThatThrownBy(() -> new MetricsFile(file).truncateAfter(4))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(file + " has no row of iteration 4, with which the checkpoint was written");
    }

    @Test
    void aFileThatWasNeverBegunIsCutAtZero() {
        new MetricsFile(file).truncateAfter(0);

        assertThat(file).doesNotExist();
    }
}
