package kingfisher.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
    @TempDir
    Path directory;

    private record Answer(int exit, String out, String err) {}

    private static Answer run(String... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
            int exit = Main.run(arguments);
            return new Answer(
                    exit, outBytes.toString(StandardCharsets.UTF_8), errBytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    private void isWrongInput(String message, String... arguments) {
        Answer answer = run(arguments);
        assertThat(answer.exit()).isEqualTo(2);
        assertThat(answer.err()).startsWith(message).hasLineCount(1);
        assertThat(answer.out()).isEmpty();
        assertThat(directory).as("nothing is written").isEmptyDirectory();
    }

    @Test
    void wrongInputIsOneLine() {
        String out = directory.resolve("out").toString();
        isWrongInput("unknown suite: learnin-ppo; nearest: learning-ppo", "run", "learnin-ppo", "--out", out);
        isWrongInput("Missing required option: '--out=DIR'", "run", "learning-ppo");
        isWrongInput("--only knows no sed", "run", "learning-ppo", "--out", out, "--only", "sed=1");
        isWrongInput("--jobs must be from 1 to ", "run", "learning-ppo", "--out", out, "--jobs", "0");
        isWrongInput("--jobs must be from 1 to ", "run", "learning-ppo", "--out", out, "--jobs", "100000");
        isWrongInput("--only of curves must be algorithm=", "run", "curves", "--out", out, "--only", "seed=1");
        isWrongInput("--jobs must be from 1 to ", "run", "curves", "--out", out, "--jobs", "0");
        isWrongInput("Unmatched argument", "rum", "learning-ppo");
        isWrongInput("unknown benchmark: nothing", "bench", "nothing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "bench"})
    void helpNamesWhatThereIs(String command) {
        Answer answer = run(command, "--help");
        assertThat(answer.exit()).isZero();
        assertThat(answer.out()).contains(command.equals("run") ? "learning-ppo" : "ppo-cartpole");
    }

    @Test
    void withoutACommandTheUsageIsShown() {
        Answer answer = run();
        assertThat(answer.exit()).isEqualTo(2);
        assertThat(answer.err()).contains("Usage: experiments");
    }
}
