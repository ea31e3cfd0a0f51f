package kingfisher.experiments.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProbabilityOfImprovementTest {

    private static ProbabilityOfImprovement of(long seed, TaskScores... tasks) {
        return ProbabilityOfImprovement.of(List.of(tasks), RandomSource.L64_X128_MIX.create(seed));
    }

    @Test
    void itIsTheShareOfPairsThatTheFirstOneWinsInTheMeanOverTasks() {
        TaskScores one =
                new TaskScores("one", List.of(3.0, 1.0, 2.0), List.of(2.0, 0.0)); // wins 2, 1, 1 and a tie of 6
        TaskScores other = new TaskScores("other", List.of(-5.0), List.of(-4.0, -6.0, -5.5, -7.0));

        assertThat(one.probabilityOfImprovement()).isEqualTo(4.5 / 6, within(1e-15));
        assertThat(other.probabilityOfImprovement()).isEqualTo(0.75, within(1e-15));
        assertThat(of(1, one, other).mean()).isEqualTo(0.75, within(1e-15));
    }

    @Test
    void whoAlwaysWinsIsSure() {
        ProbabilityOfImprovement result = of(1, new TaskScores("one", List.of(3.0, 4.0), List.of(1.0, 2.0)));
        assertThat(result).isEqualTo(new ProbabilityOfImprovement(1, 1, 1, 1));
    }

    /** Two runs of each side have 2⁴ equally likely draws: all of them are gone through. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void theBootstrapDrawsRunsWithinEachSide(long seed) {
        double[] first = {2, 4};
        double[] second = {1, 3};
        List<Double> exact = new ArrayList<>();
        for (int draw = 0; draw < 16; draw++) {
            double[] ours = {first[draw & 1], first[draw >> 1 & 1]};
            double[] others = {second[draw >> 2 & 1], second[draw >> 3 & 1]};
            double wins = 0;
            for (double one : ours) {
                for (double other : others) {
                    wins += one > other ? 0.25 : 0;
                }
            }
            exact.add(wins);
        }
        double above = exact.stream().filter(value -> value > 0.5).count() / 16.0;
        ProbabilityOfImprovement result = of(seed, new TaskScores("one", List.of(2.0, 4.0), List.of(1.0, 3.0)));

        assertThat(result.mean()).isEqualTo(0.75);
        assertThat(result.sure())
                .as("seed %d", seed)
                .isEqualTo(above, within(4 * Math.sqrt(above * (1 - above) / 10_000)));
        assertThat(result.low()).as("seed %d", seed).isEqualTo(Collections.min(exact));
        assertThat(result.high()).as("seed %d", seed).isEqualTo(1);
    }

    @Test
    void nothingToCompareIsAnError() {
        assertThatThrownBy(() -> of(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no task to compare on");
        assertThatThrownBy(() -> new TaskScores("one", List.of(), List.of(1.0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("one has no runs of one side");
    }
}
