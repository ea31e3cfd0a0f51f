package kingfisher.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The table of {@code CHAPTER.md} has everything that the chapter numbers, and names classes and tests that there are. */
class ChapterTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final List<String> MODULES = List.of("optim", "agents", "experiments");
    private static final Pattern ROW = Pattern.compile("\\| *([^|]+?) *\\|[^|]*\\|([^|]*)\\|([^|]*)\\|");
    private static final Pattern NAME = Pattern.compile("`([^`]+)`");

    /** A row: the chapter's item, the classes that have it, the tests that hold them to it. */
    private record Row(String item, List<String> classes, List<String> tests) {}

    private static List<Row> rows() throws IOException {
        return Files.readAllLines(ROOT.resolve("optim/CHAPTER.md")).stream()
                .filter(line -> line.startsWith("| (")
                        || line.startsWith("| Figure")
                        || line.startsWith("| Algorithm")
                        || line.startsWith("| §"))
                .map(ChapterTest::row)
                .toList();
    }

    private static Row row(String line) {
        MatchResult match = ROW.matcher(line)
                .results()
                .findFirst()
                .orElseGet(() -> fail("a row of four cells was expected: " + line));
        return new Row(match.group(1), names(match.group(2)), names(match.group(3)));
    }

    private static List<String> names(String cell) {
        return NAME.matcher(cell).results().map(name -> name.group(1)).toList();
    }

    private static Optional<String> source(String kind, String name) throws IOException {
        for (String module : MODULES) {
            Path file = ROOT.resolve(module + "/src/" + kind + "/java/kingfisher/" + name.replace('.', '/') + ".java");
            if (Files.exists(file)) {
                return Optional.of(Files.readString(file));
            }
        }
        return Optional.empty();
    }

    @Test
    void nothingThatTheChapterNumbersIsMissing() throws IOException {
        Set<String> expected = new LinkedHashSet<>();
        IntStream.rangeClosed(1, 27).forEach(equation -> expected.add("(" + equation + ")"));
        expected.add("Algorithm 1");
        IntStream.rangeClosed(1, 4).forEach(figure -> expected.add("Figure " + figure));

        Set<String> found = new LinkedHashSet<>();
        for (Row row : rows()) {
            assertThat(row.classes()).as("classes of " + row.item()).isNotEmpty();
            assertThat(row.tests()).as("tests of " + row.item()).isNotEmpty();
            if (!row.item().startsWith("§")) {
                assertThat(found.add(row.item()))
                        .as("a second row of " + row.item())
                        .isTrue();
            }
        }
        assertThat(found).containsExactlyElementsOf(expected);
    }

    @Test
    void everyClassAndEveryTestThatIsNamedExists() throws IOException {
        List<String> absent = new ArrayList<>();
        for (Row row : rows()) {
            for (String name : row.classes()) {
                if (source("main", name).isEmpty()) {
                    absent.add(row.item() + ": no class kingfisher." + name);
                }
            }
            for (String name : row.tests()) {
                int hash = name.indexOf('#');
                assertThat(hash).as("Class#method in " + name).isPositive();
                String method = "void " + name.substring(hash + 1) + "(";
                boolean exists = source("test", name.substring(0, hash))
                        .filter(text -> text.contains(method))
                        .isPresent();
                if (!exists) {
                    absent.add(row.item() + ": no test kingfisher." + name);
                }
            }
        }
        assertThat(absent).isEmpty();
    }
}
