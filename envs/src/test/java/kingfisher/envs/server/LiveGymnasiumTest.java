package kingfisher.envs.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kingfisher.envs.PythonScript;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Our native tasks, served by our server and stepped by the Python client, against Gymnasium's own, live: the same seeds and
 * actions give the same bits in all three autoreset modes. Pendulum's rewards alone may differ in their last digits, as a
 * power in them is rounded otherwise.
 */
final class LiveGymnasiumTest {

    private static final int TASKS = 5;
    private static final int MODES = 3;
    private static final long SEED = 20_261_125;

    @TempDir
    private Path folder;

    @Test
    void nativeTasksGiveGymnasiumsBits() throws Exception {
        Path token = Files.writeString(folder.resolve("token"), TestServer.TOKEN);
        PythonScript.Outcome outcome;
        try (TestServer server = new TestServer()) {
            outcome = PythonScript.run(
                    folder,
                    "verify_native.py",
                    server.server().address().toString(),
                    token.toString(),
                    Long.toString(SEED));
        }

        assertThat(outcome.code()).as(outcome.output()).isZero();
        List<String> lines = outcome.output().lines().toList();
        assertThat(lines).as("a line a task and mode").hasSize(TASKS * MODES);
        for (String line : lines) {
            assertThat(line)
                    .as("seed " + SEED)
                    .contains("\"sameSpaces\": true", "\"observations\": 0,", "\"ends\": 0,", "\"finals\": 0,");
            if (line.contains("Pendulum-v1")) {
                assertThat(number(line, "largestRewardDifference")).as(line).isLessThan(1e-9);
                assertThat(number(line, "rewards") / number(line, "steps"))
                        .as(line)
                        .isLessThan(0.002);
            } else {
                assertThat(number(line, "rewards")).as(line).isZero();
            }
        }
    }

    private static double number(String line, String name) {
        Matcher found = Pattern.compile("\"" + name + "\": ([-+.0-9e]+)").matcher(line);
        assertThat(found.find()).as(line).isTrue();
        return Double.parseDouble(found.group(1));
    }
}
