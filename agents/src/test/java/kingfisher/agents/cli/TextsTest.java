package kingfisher.agents.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import kingfisher.envs.InvalidInputException;
import org.junit.jupiter.api.Test;

/** The texts that the program makes of arguments, failures and character sets. */
final class TextsTest {

    @Test
    void aCommandLineReadsBackAsItsArguments() {
        assertThat(Commands.text(List.of("train", "ppo", "--set", "hidden=64,64", "--run=a/b-c.d", "größe")))
                .isEqualTo("java -jar agents.jar train ppo --set hidden=64,64 --run=a/b-c.d größe");
        assertThat(Commands.text(List.of("my run", "", "it's", "$HOME", "a;b")))
                .isEqualTo("java -jar agents.jar 'my run' '' 'it'\\''s' '$HOME' 'a;b'");
    }

    @Test
    void aForeseenFailureIsItsMessageAndAnyOtherSaysWhatItIsAndWhere() {
        assertThat(Failures.describe(new InvalidInputException("clip is\nwrong")))
                .isEqualTo("clip is; wrong");
        assertThat(Failures.describe(new IllegalStateException("boom")))
                .startsWith("java.lang.IllegalStateException: boom at " + TextsTest.class.getName() + ".");
        assertThat(Failures.describe(new OutOfMemoryError("Java heap space")))
                .matches("the memory that Java may use is not enough: [0-9,]+ MiB \\(java -Xmx raises it\\)");
    }

    @Test
    void aSystemWithoutALocaleIsShownUtf8() {
        assertThat(StandardStreams.charset("ANSI_X3.4-1968")).isEqualTo(StandardCharsets.UTF_8);
        assertThat(StandardStreams.charset("")).isEqualTo(StandardCharsets.UTF_8);
        assertThat(StandardStreams.charset("nonsense")).isEqualTo(StandardCharsets.UTF_8);
        assertThat(StandardStreams.charset("ISO-8859-1")).isEqualTo(StandardCharsets.ISO_8859_1);
    }
}
