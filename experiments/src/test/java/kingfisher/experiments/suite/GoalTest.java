package kingfisher.experiments.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import kingfisher.agents.run.ReturnSummary;
import org.junit.jupiter.api.Test;

class GoalTest {

    @Test
    void oneSeedMayFallShortIfTheMeanDoesNot() {
        Goal goal = Goal.allSeedsButOne(475, 5);
        assertThat(goal.isReached(List.of(500.0, 500.0, 500.0, 475.0, 430.0))).isTrue();
        assertThat(goal.isReached(List.of(500.0, 500.0, 500.0, 474.9, 430.0)))
                .as("two seeds")
                .isFalse();
        assertThat(goal.isReached(List.of(500.0, 500.0, 500.0, 475.0, 300.0)))
                .as("the mean")
                .isFalse();
    }

    @Test
    void everySeedHasToReachABoundOfItsOwn() {
        Goal goal = Goal.everySeed(-180, -210, 3);
        assertThat(goal.isReached(List.of(-150.0, -180.0, -210.0))).isTrue();
        assertThat(goal.isReached(List.of(-150.0, -150.0, -210.1))).as("a seed").isFalse();
        assertThat(goal.isReached(List.of(-150.0, -190.0, -210.0)))
                .as("the mean")
                .isFalse();
    }

    @Test
    void theMedianOfThreeIsReachedByTwo() {
        Goal goal = Goal.median(800, 3);
        assertThat(goal.isReached(List.of(10.0, 800.0, 1000.0))).isTrue();
        assertThat(goal.isReached(List.of(10.0, 799.0, 1000.0))).isFalse();
        assertThat(goal).hasToString("2 seeds ≥ 800");
    }

    @Test
    void aGoalOfTheMeanAloneAsksNothingOfASeed() {
        assertThat(Goal.mean(10).isReached(List.of(-5.0, 25.0))).isTrue();
        assertThat(Goal.mean(10).isReached(List.of(-5.0, 24.0))).isFalse();
        assertThat(Goal.mean(1400)).hasToString("mean ≥ 1400");
    }

    @Test
    void whichReturnsCountIsPartOfAGoal() {
        ReturnSummary last = new ReturnSummary(300, 1);
        RunMeasures measures = new RunMeasures(1000, 1, 200, last, new ReturnSummary(100, 1), "");
        assertThat(Goal.mean(250).score().of(measures)).isEqualTo(300);
        assertThat(Goal.trainingMean(250).score().of(measures)).isEqualTo(200);
        assertThat(Goal.trainingMean(1450)).hasToString("training mean ≥ 1450");
    }

    @Test
    void aRunThatReachedNothingThatIsANumberDoesNotPass() {
        assertThat(Goal.allSeedsButOne(-1, 2).isReached(List.of(5.0, Double.NaN)))
                .isFalse();
    }
}
