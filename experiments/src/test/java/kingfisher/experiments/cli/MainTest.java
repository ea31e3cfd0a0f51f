package kingfisher.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
        isWrongInput("Missing required parameter: 'OTHER'", "compare", out);
        isWrongInput("no completed run in " + out, "compare", out, out);
        isWrongInput("--json must be a file in a folder that exists: ", "compare", out, out, "--json", out + "/a/b");
        isWrongInput("Missing required option: '--out=FILE.png'", "figure-1");
        isWrongInput("--out must name a PNG file (….png): " + out + ".jpg", "figure-1", "--out", out + ".jpg");
        isWrongInput(
                "--out must be a file in a folder that exists: " + out + "/figure.png",
                "figure-1",
                "--out",
                out + "/figure.png");
        isWrongInput("--seed must be at least 0: -1", "figure-1", "--out", out + ".png", "--seed", "-1");
        isWrongInput("Invalid value for option '--seed': 'x'", "figure-1", "--out", out + ".png", "--seed", "x");
    }

    @Test
    void wrongSizesOfANetworkAreOneLine() {
        isWrongInput("Missing required options: '--inputs=N', '--outputs=N', '--batch=N'", "propose-periods");
        isWrongPeriods("--inputs must be at least 1: 0", "--inputs", "0");
        isWrongPeriods("--hidden must be at least 1: -3", "--hidden", "8,-3");
        isWrongPeriods("--outputs must be at least 1: 0", "--outputs", "0");
        isWrongPeriods("--batch must be at least 1: 0", "--batch", "0");
        isWrongPeriods("--budget must be above 1 and finite: 1.0", "--budget", "1");
        isWrongPeriods("--seconds must be at least 0 and finite: -1.0", "--seconds", "-1");
        isWrongPeriods("--threads must be from 1 to ", "--threads", "0");
        isWrongPeriods("--damping-form must be one of exact, factored: both", "--damping-form", "both");
        isWrongPeriods(
                "--structure must be one of block-diagonal, eigenvalue-corrected, block-tridiagonal: full",
                "--structure",
                "full");
        isWrongPeriods(
                "--structure block-tridiagonal does not go with --damping-form exact: structure BLOCK_TRIDIAGONAL needs"
                        + " damping form FACTORED, found EXACT",
                "--structure",
                "block-tridiagonal");
    }

    private void isWrongPeriods(String message, String option, String value) {
        List<String> arguments = new ArrayList<>(List.of("propose-periods"));
        Map<String, String> sizes = new LinkedHashMap<>(Map.of("--inputs", "3", "--outputs", "2", "--batch", "8"));
        sizes.put(option, value);
        sizes.forEach((name, text) -> arguments.addAll(List.of(name, text)));
        isWrongInput(message, arguments.toArray(String[]::new));
    }

    @Test
    void periodsAreProposedWithinABudget() {
        Answer answer = run(
                "propose-periods --inputs 3 --hidden 6 --outputs 2 --batch 16 --budget 1000 --seconds 0".split(" "));
        assertThat(answer.err()).isEmpty();
        assertThat(answer.exit()).isZero();
        List<String> lines = answer.out().lines().toList();
        assertThat(lines.get(0)).isEqualTo("3-6-2, batch 16, block-diagonal with exact damping, 1 thread");
        assertThat(lines.get(1)).startsWith("gradient ").contains(" ms, update of factors ");
        assertThat(lines.get(2))
                .matches("covariance-period \\d+, decomposition-period \\d+: a step costs [0-9.]+ gradients");
        Answer refused = run(
                "propose-periods --inputs 3 --hidden 6 --outputs 2 --batch 1 --budget 1.000001 --seconds 0".split(" "));
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.out()).contains("no periods keep a step within 1.00 gradients: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "bench"})
    void helpNamesWhatThereIs(String command) {
        Answer answer = run(command, "--help");
        assertThat(answer.exit()).isZero();
        assertThat(answer.out()).contains(command.equals("run") ? "learning-ppo" : "ppo-cartpole");
    }

    @Test
    void aFigureIsWritten() {
        Path file = directory.resolve("figure.PNG");
        Answer answer = run("figure-1", "--out", file.toString(), "--seed", "3");
        assertThat(answer.exit()).as(answer.err()).isZero();
        assertThat(answer.out()).isEqualTo("wrote %s%n".formatted(file));
        assertThat(file).isNotEmptyFile();
    }

    @Test
    void withoutACommandTheUsageIsShown() {
        Answer answer = run();
        assertThat(answer.exit()).isEqualTo(2);
        assertThat(answer.err()).contains("Usage: experiments");
    }
}
