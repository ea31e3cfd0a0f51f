package kingfisher.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import kingfisher.envs.InvalidInputException;
import org.junit.jupiter.api.Test;

class FailureReportTest {

    private final StringWriter text = new StringWriter();

    private int report(Exception failure) {
        return Main.report(failure, new PrintWriter(text, true));
    }

    @Test
    void wrongInputIsOneLine() {
        assertThat(report(new InvalidInputException("no such\nsuite"))).isEqualTo(2);
        assertThat(text).hasToString("no such; suite" + System.lineSeparator());
    }

    @Test
    void aFailureOnTheWayIsOneLine() {
        assertThat(report(new UncheckedIOException("full disk", new NoSuchFileException("x"))))
                .isEqualTo(1);
        assertThat(text).hasToString("full disk" + System.lineSeparator());
    }

    @Test
    void aDefectSaysWhereItArose() {
        assertThat(report(new NullPointerException())).isEqualTo(1);
        assertThat(text.toString())
                .startsWith("java.lang.NullPointerException" + System.lineSeparator())
                .contains("at kingfisher.experiments.cli.FailureReportTest.aDefectSaysWhereItArose(");
    }
}
