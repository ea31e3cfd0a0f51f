package kingfisher.agents.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EvaluationsFileTest {
    private static final String HEADER =
            "steps,deterministic_mean,deterministic_std,stochastic_mean,stochastic_std,episodes,time/seconds\n";

    @TempDir
    Path folder;

    @Test
    void eachEvaluationIsARow() {
        Path file = folder.resolve("evaluations.csv");
        new EvaluationsFile(file).append(1000, new ReturnSummary(9.5, 0.5), new ReturnSummary(20, 1), 10, 0.25);
        new EvaluationsFile(file).append(2000, new ReturnSummary(100, 0), ReturnSummary.NONE, 10, 0.5);

        assertThat(file).hasContent(HEADER + "1000,9.5,0.5,20.0,1.0,10,0.25\n2000,100.0,0.0,,,10,0.5\n");
    }

    @Test
    void evaluationsOfLaterStepsAreCutOff() {
        Path file = folder.resolve("evaluations.csv");
        EvaluationsFile evaluations = new EvaluationsFile(file);
        for (long steps = 1000; steps <= 3000; steps += 1000) {
            evaluations.append(steps, new ReturnSummary(steps, 0), ReturnSummary.NONE, 1, 0);
        }

        evaluations.truncateAfter(2500);
        assertThat(file).hasContent(HEADER + "1000,1000.0,0.0,,,1,0.0\n2000,2000.0,0.0,,,1,0.0\n");

        evaluations.truncateAfter(0);
        evaluations.append(500, ReturnSummary.NONE, new ReturnSummary(7, 0), 1, 0);
        assertThat(file).hasContent(HEADER + "500,,,7.0,0.0,1,0.0\n");
    }

    @Test
    void aSummaryHasTheMeanAndThePopulationsDeviation() {
        assertThat(ReturnSummary.of(List.of(2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0)))
                .isEqualTo(new ReturnSummary(5, 2));
        assertThat(ReturnSummary.of(List.of())).isEqualTo(ReturnSummary.NONE);
    }
}
