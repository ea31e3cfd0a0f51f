package kingfisher.agents.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EventFileTest {
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1_700_000_000, 250_000_000), ZoneOffset.UTC);

    @TempDir
    Path folder;

    /** What src/test/python/record_event_file.py recorded with TensorBoard's own library. */
    private static byte[] recorded() throws IOException {
        try (InputStream in = EventFileTest.class.getResourceAsStream("recorded.tfevents")) {
            return Objects.requireNonNull(in).readAllBytes();
        }
    }

    private void writeWhatWasRecorded() {
        EventFile events = EventFile.create(folder, CLOCK);
        Map<String, Double> first = new LinkedHashMap<>();
        first.put("rollout/ep_rew_mean", 21.5);
        first.put("train/approx_kl", 0.0078125);
        events.append(256, first);
        Map<String, Double> second = new LinkedHashMap<>();
        second.put("rollout/ep_rew_mean", -1.1);
        second.put("train/clip_fraction", 0.0);
        events.append(1_000_000_000_000L, second);
    }

    private Path onlyFile() throws IOException {
        List<Path> files = EventFile.in(folder);
        assertThat(files).hasSize(1);
        return files.get(0);
    }

    @Test
    void theSameScalarsAreWrittenAsTensorBoardsOwnLibraryWroteThem() throws IOException {
        writeWhatWasRecorded();

        assertThat(onlyFile()).hasBinaryContent(recorded());
    }

    @Test
    void theFileHasTheNameByWhichTensorBoardFindsIt() throws IOException {
        EventFile.create(folder, CLOCK);
        EventFile.create(folder, CLOCK);

        String name = "events\\.out\\.tfevents\\.1700000000\\.[A-Za-z0-9_-]+\\."
                + ProcessHandle.current().pid() + "\\.";
        List<Path> files = EventFile.in(folder);
        assertThat(files).hasSize(2);
        assertThat(files.get(0).getFileName().toString()).matches(name + "0");
        assertThat(files.get(1).getFileName().toString()).matches(name + "1");
    }

    @Test
    void valuesThatAreNotFiniteAreLeftOut() throws IOException {
        EventFile events = EventFile.create(folder, CLOCK);
        long before = Files.size(onlyFile());
        events.append(1, Map.of("rollout/ep_rew_mean", Double.NaN, "train/loss", Double.POSITIVE_INFINITY));

        assertThat(Files.size(onlyFile())).isEqualTo(before);
    }

    @Test
    void whatFollowsTheStepOfACheckpointIsCutOff() throws IOException {
        writeWhatWasRecorded();
        Path file = onlyFile();
        Files.write(file, new byte[] {1, 2, 3}, StandardOpenOption.APPEND);

        EventFile.truncateAfter(folder, 1_000_000_000_000L);
        assertThat(file).hasBinaryContent(recorded());

        EventFile.truncateAfter(folder, 256);
        List<TensorBoardRecords.Located> left = TensorBoardRecords.read(Files.readAllBytes(file));
        assertThat(left).hasSize(2);
        assertThat(Files.size(file)).isEqualTo(left.get(1).end());

        EventFile.truncateAfter(folder, 0);
        assertThat(TensorBoardRecords.read(Files.readAllBytes(file))).hasSize(1);
    }
}
