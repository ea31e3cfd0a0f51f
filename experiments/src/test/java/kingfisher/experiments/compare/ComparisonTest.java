package kingfisher.experiments.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import kingfisher.envs.InvalidInputException;
import kingfisher.experiments.suite.Score;
import kingfisher.experiments.suite.SuiteFolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {

    private static final String COLUMNS = "algorithm,environment,seed,steps,seconds,last100TrainingReturns,"
            + "deterministic_mean,deterministic_std,stochastic_mean,stochastic_std,status,commit\n";

    @TempDir
    private Path directory;

    private SuiteFolder folder(String name, String... rows) throws IOException {
        SuiteFolder folder = new SuiteFolder(directory.resolve(name));
        Files.createDirectories(folder.root());
        Files.writeString(folder.results(), COLUMNS + String.join("\n", rows) + "\n");
        return folder;
    }

    private static String run(String algorithm, String environment, int seed, double training, double last) {
        return "%s,%s,%d,1000,1.5,%s,%s,0,0,0,completed,abc".formatted(algorithm, environment, seed, training, last);
    }

    @Test
    void tasksThatBothHaveAreComparedByTheChosenNumber() throws IOException {
        SuiteFolder first = folder(
                "first",
                run("acktr", "Hopper-v5", 0, 10, 1),
                run("acktr", "Hopper-v5", 1, 20, 2),
                run("acktr", "Walker2d-v5", 0, 5, 5));
        SuiteFolder second = folder(
                "second",
                run("a2c", "Hopper-v5", 0, 15, 3),
                "a2c,Hopper-v5,1,,,,,,,,failed,",
                run("a2c", "Ant-v5", 0, 1, 1));

        Comparison training = Comparison.of(first, second, Score.LAST_TRAINING_EPISODES);
        assertThat(training.tasks()).hasSize(1);
        assertThat(training.probabilityOfImprovement().mean()).isEqualTo(0.5);
        assertThat(Comparison.of(first, second, Score.LAST_POLICY)
                        .probabilityOfImprovement()
                        .mean())
                .isZero();
        assertThat(training.table())
                .contains("Hopper-v5")
                .contains("15.0 ± 7.1 (2 runs)")
                .contains("15.0 (1 run)")
                .contains("\nP(acktr > a2c) over 1 task: 0.50, 95 % of bootstrap draws in [0.00, 1.00], ");
        assertThat(training.toJson().path("tasks").get(0).path("first").get(1).asDouble())
                .isEqualTo(20);
    }

    @Test
    void whatCannotBeComparedIsRefused() throws IOException {
        SuiteFolder hopper = folder("hopper", run("acktr", "Hopper-v5", 0, 10, 1));
        SuiteFolder walker = folder("walker", run("a2c", "Walker2d-v5", 0, 10, 1));
        SuiteFolder mixed = folder("mixed", run("a2c", "Hopper-v5", 0, 10, 1), run("ppo", "Hopper-v5", 0, 10, 1));

        assertThatThrownBy(() -> Comparison.of(hopper, walker, Score.LAST_POLICY))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("no environment has completed runs in both %s and %s", hopper.root(), walker.root());
        assertThatThrownBy(() -> Comparison.of(hopper, mixed, Score.LAST_POLICY))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("%s must have the runs of one algorithm: a2c, ppo", mixed.results());
        SuiteFolder nothing = new SuiteFolder(directory.resolve("nothing"));
        assertThatThrownBy(() -> Comparison.of(hopper, nothing, Score.LAST_POLICY))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("no completed run in " + nothing.results());
    }
}
