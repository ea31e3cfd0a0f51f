package kingfisher.experiments.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PeerScoresTest {

    @Test
    void whatIsRequiredIsOneStandardErrorOfTheDifferenceBelowThePeer() {
        // variances 100 of 4 runs and 50 of 2 runs: 100/4 + 50/2 = 50
        Statistics ours = new Statistics(4, 0, 10, 0, 0);
        PeerScores peer = new PeerScores("peer", List.of(95.0, 105.0));

        assertThat(peer.required(ours)).isCloseTo(100 - Math.sqrt(50), within(1e-12));
        assertThat(new PeerScores("peer", List.of(100.0)).required(ours))
                .as("a single run has no variance")
                .isCloseTo(95, within(1e-12));
    }

    @Test
    void aTaskIsReachedIfNeitherGoalNorPeerIsMissed() {
        Task task = new Task(
                "ppo",
                "X",
                List.of(0L, 1L),
                List.of(),
                Goal.mean(50),
                Optional.of(new PeerScores("peer", List.of(100.0))));

        assertThat(task.isReached(List.of(100.0, 100.0))).isTrue();
        assertThat(task.isReached(List.of(98.0, 100.0))).as("99 + 1 is enough").isTrue();
        assertThat(task.isReached(List.of(98.0, 98.0))).isFalse();
        assertThat(task.isReached(List.of(-1000.0, 1000.0))).as("the goal").isFalse();
    }

    @Test
    void theRunsThatAreShippedAreThoseOfTheFiles() {
        PeerScores cheetah = PeerScores.ofStableBaselines3("ppo", "HalfCheetah-v5", List.of(0L, 1L, 2L, 3L, 4L));

        assertThat(cheetah.returns()).hasSize(5);
        assertThat(cheetah.returns().get(0)).isCloseTo(4523.7, within(0.05));
        assertThatThrownBy(() -> PeerScores.ofStableBaselines3("ppo", "CartPole-v1", List.of(0L)))
                .hasMessageContaining("Stable-Baselines3");
    }
}
