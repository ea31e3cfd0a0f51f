package kingfisher.envs.classic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole recorded episodes of Gymnasium, free running from their seeds, several between two seeds. */
class GymnasiumParityTest {

    private static RecordedTask recorded(String name) throws IOException {
        return RecordedTask.read(
                Objects.requireNonNull(GymnasiumParityTest.class.getResourceAsStream(name + ".trace.gz"), name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "acrobot-v1",
                "cartpole-v0",
                "cartpole-v1",
                "cartpole-v1-sutton_barto_reward=true",
                "mountaincar-v0",
                "mountaincar-v0-goal_velocity=0.03",
                "mountaincarcontinuous-v0",
                "mountaincarcontinuous-v0-goal_velocity=0.03",
                "pendulum-v1",
                "pendulum-v1-g=9.81"
            })
    void startsObservationsAndEndsAreEqualBitForBit(String name) throws IOException {
        Parity parity = Parity.of(recorded(name));

        assertThat(parity.startStatesEqual).as("start states: %s", parity).isEqualTo(parity.episodes);
        assertThat(parity.firstObservationsEqual)
                .as("first observations: %s", parity)
                .isEqualTo(parity.episodes);
        assertThat(parity.numbersEqual).as("observations: %s", parity).isEqualTo(parity.numbers);
        assertThat(parity.endsEqual).as("ends: %s", parity).isEqualTo(parity.steps);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "acrobot-v1",
                "cartpole-v0",
                "cartpole-v1",
                "cartpole-v1-sutton_barto_reward=true",
                "mountaincar-v0",
                "mountaincar-v0-goal_velocity=0.03",
                "mountaincarcontinuous-v0",
                "mountaincarcontinuous-v0-goal_velocity=0.03"
            })
    void rewardsAreEqualBitForBit(String name) throws IOException {
        Parity parity = Parity.of(recorded(name));

        assertThat(parity.rewardsEqual).as(parity.toString()).isEqualTo(parity.steps);
    }

    /** The square of the torque comes from the C library's single-precision power function. */
    @ParameterizedTest
    @ValueSource(strings = {"pendulum-v1", "pendulum-v1-g=9.81"})
    void rewardsOfThePendulumDifferAtMostByTheLastBitOfTheTorquesCost(String name) throws IOException {
        Parity parity = Parity.of(recorded(name));

        assertThat(parity.rewardShare()).as(parity.toString()).isGreaterThanOrEqualTo(0.998);
        assertThat(parity.largestRewardDifference).as(parity.toString()).isLessThan(1e-9);
    }

    @Test
    void theRecordingsHaveTheEpisodesThatAreAskedFor() throws IOException {
        for (String name : List.of("acrobot-v1", "cartpole-v1", "mountaincar-v0", "mountaincarcontinuous-v0")) {
            Parity parity = Parity.of(recorded(name));
            assertThat(parity.episodes).as(name).isGreaterThanOrEqualTo(20);
            assertThat(parity.terminatedEpisodes).as(name).isGreaterThanOrEqualTo(10);
        }
        assertThat(Parity.of(recorded("pendulum-v1")).episodes).isGreaterThanOrEqualTo(20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cartpole-v1", "pendulum-v1"})
    void groupsResetThemselvesAsInTheModeSameStep(String name) throws IOException {
        InputStream in =
                Objects.requireNonNull(GymnasiumParityTest.class.getResourceAsStream(name + ".group.gz"), name);

        assertThat(RecordedGroup.replay(in)).as("episodes that ended").isGreaterThanOrEqualTo(4);
    }
}
