package kingfisher.experiments.suite;

import static kingfisher.experiments.suite.SuiteFixture.ACROBOT_0;
import static kingfisher.experiments.suite.SuiteFixture.CART_0;
import static kingfisher.experiments.suite.SuiteFixture.CART_1;
import static kingfisher.experiments.suite.SuiteFixture.SUITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import kingfisher.agents.run.ProcessLock;
import kingfisher.agents.run.RunStatus;
import kingfisher.envs.InvalidInputException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SuiteResultsTest {
    @TempDir
    Path directory;

    private SuiteFolder folder;

    @BeforeEach
    void makeFolder() {
        folder = new SuiteFolder(directory);
        folder.create();
    }

    @Test
    void theFilesAreTheSameInWhateverOrderRunsEnd() throws IOException {
        SuiteResults results = SuiteResults.load(folder, SUITE);
        results.record(SuiteFixture.completed(CART_1, 500), SuiteFixture.evaluations(3, 4));
        results.record(SuiteFixture.completed(CART_0, 490), SuiteFixture.evaluations(1, 2));
        results.record(SuiteFixture.ended(ACROBOT_0, RunStatus.FAILED), SuiteFixture.evaluations(5, 6));
        String firstResults = Files.readString(folder.results());
        String firstEvaluations = Files.readString(folder.evaluations());
        Files.delete(folder.results());
        Files.delete(folder.evaluations());

        SuiteResults other = SuiteResults.load(folder, SUITE);
        other.record(SuiteFixture.ended(ACROBOT_0, RunStatus.FAILED), CsvTable.EMPTY);
        other.record(SuiteFixture.completed(CART_0, 490), SuiteFixture.evaluations(1, 2));
        other.record(SuiteFixture.completed(CART_1, 500), SuiteFixture.evaluations(3, 4));

        assertThat(Files.readString(folder.results())).isEqualTo(firstResults);
        assertThat(Files.readString(folder.evaluations()))
                .isEqualTo(firstEvaluations)
                .isEqualTo("""
                        algorithm,environment,seed,steps,deterministic_mean
                        ppo,CartPole-v1,0,512,1.0
                        ppo,CartPole-v1,0,1024,2.0
                        ppo,CartPole-v1,1,512,3.0
                        ppo,CartPole-v1,1,1024,4.0
                        """);
    }

    @Test
    void whatWasWrittenIsReadBack() {
        SuiteResults results = SuiteResults.load(folder, SUITE);
        RunRow done = SuiteFixture.completed(CART_0, 490.123456789);
        RunRow failed = SuiteFixture.ended(ACROBOT_0, RunStatus.FAILED);
        results.record(done, SuiteFixture.evaluations(1, 2));
        results.record(failed, CsvTable.EMPTY);

        SuiteResults read = SuiteResults.load(folder, SUITE);

        assertThat(read.rows()).containsExactly(failed, done);
        assertThat(read.isDone(CART_0)).isTrue();
        assertThat(read.isDone(ACROBOT_0)).isFalse();
        assertThat(read.evaluations(CART_0).numbers("deterministic_mean")).containsExactly(1, 2);
        assertThat(read.evaluations(CART_1)).isEqualTo(CsvTable.EMPTY);
    }

    @Test
    void evaluationsWithOtherColumnsAreMerged() throws IOException {
        SuiteResults results = SuiteResults.load(folder, SUITE);
        results.record(SuiteFixture.completed(CART_0, 1), SuiteFixture.evaluations(1, 2));
        CsvTable more = new CsvTable(List.of("steps", "length"), List.of(List.of("7", "9")));
        results.record(SuiteFixture.completed(CART_1, 1), more);
        assertThat(Files.readString(folder.evaluations())).isEqualTo("""
                        algorithm,environment,seed,steps,deterministic_mean,length
                        ppo,CartPole-v1,0,512,1.0,
                        ppo,CartPole-v1,0,1024,2.0,
                        ppo,CartPole-v1,1,7,,9
                        """);
    }

    @Test
    void theFolderOfAnotherSuiteIsRefused() {
        SuiteResults results = SuiteResults.load(folder, SUITE);
        results.record(SuiteFixture.completed(CART_0, 1), CsvTable.EMPTY);
        Suite other = new Suite("other", "None of them.", List.of());
        assertThatThrownBy(() -> SuiteResults.load(folder, other))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(folder.results() + " has a run that is not of suite other: ppo CartPole-v1 seed 0");
    }

    @Test
    void aTableWithOtherColumnsIsRefused() throws IOException {
        Files.writeString(folder.results(), "a,b\n1,2\n");
        assertThatThrownBy(() -> SuiteResults.load(folder, SUITE))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageEndingWith(": a,b");
    }

    @Test
    void aTableWithARowThatIsTooShortIsRefused() throws IOException {
        Files.writeString(folder.evaluations(), "algorithm,environment,seed,steps\nppo,CartPole-v1\n");
        assertThatThrownBy(() -> SuiteResults.load(folder, SUITE))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(folder.evaluations() + " is damaged: a row has 2 cells for 4 columns: ppo,CartPole-v1");
    }

    @Test
    void aFolderIsLockedAgainstASecondSuite() {
        try (ProcessLock first = folder.lock()) {
            assertThat(first).isNotNull();
            assertThatThrownBy(() -> folder.lock())
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessage("another process runs a suite in " + folder.root());
        }
        folder.lock().close();
    }
}
