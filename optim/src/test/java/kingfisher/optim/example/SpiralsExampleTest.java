package kingfisher.optim.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import kingfisher.optim.kfac.DampingAdaptation;
import kingfisher.optim.kfac.KfacSettings;
import org.junit.jupiter.api.Test;

final class SpiralsExampleTest {

    private static final long SEED = 20261208;

    @Test
    void learnsToTellTheSpiralsApart() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int right = SpiralsExample.run(200, 101, SEED, new PrintStream(bytes, true, StandardCharsets.UTF_8));
        List<String> lines = bytes.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).hasSize(11);
        assertThat(loss(lines.get(0))).as("seed %d: %s", SEED, lines).isBetween(0.5, 1.5);
        assertThat(loss(lines.get(10))).as("seed %d: %s", SEED, lines).isLessThan(0.01);
        assertThat(right).as("seed %d", SEED).isEqualTo(200);
    }

    private static double loss(String line) {
        String[] words = line.trim().split("\\s+");
        return Double.parseDouble(words[Arrays.asList(words).indexOf("loss") + 1]);
    }

    @Test
    void isWhatThePageShows() throws IOException {
        String page = Files.readString(Path.of("KFAC.md"));
        String source = Files.readString(Path.of("src/test/java/kingfisher/optim/example/SpiralsExample.java"));
        assertThat(page).as("paste the marked lines into KFAC.md").contains("```java\n" + marked(source) + "```\n");
    }

    @Test
    void thePageHasTheDefaults() throws Exception {
        String page = Files.readString(Path.of("KFAC.md"));
        KfacSettings defaults = KfacSettings.defaults();
        for (Record settings : List.of(defaults, defaults.curvature())) {
            for (RecordComponent component : settings.getClass().getRecordComponents()) {
                Object value = component.getAccessor().invoke(settings);
                if (value != defaults.curvature()) {
                    assertThat(page).contains("| `%s` | %s |".formatted(component.getName(), shown(value)));
                }
            }
        }
    }

    private static String shown(Object value) {
        if (value.equals(Optional.empty())) {
            return "none";
        }
        if (value.equals(Optional.of(DampingAdaptation.everyFifthStep()))) {
            return "everyFifthStep()";
        }
        return value.toString().replace("[]", "");
    }

    /** The lines between the marks, without their indentation. */
    static String marked(String source) {
        return source.lines()
                .dropWhile(line -> !line.strip().equals("// [page"))
                .skip(1)
                .takeWhile(line -> !line.strip().equals("// page]"))
                .map(line -> line.isBlank() ? "\n" : line.substring(8) + "\n")
                .collect(Collectors.joining());
    }
}
