package kingfisher.experiments.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.Presets;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.registry.Environments;
import org.junit.jupiter.api.Test;

class SuitesTest {

    @Test
    void everyTaskOfASuiteCanBeTrained() {
        for (Suite suite : Suites.all()) {
            for (Task task : suite.tasks()) {
                assertThat(AlgorithmSettings.names()).as(suite.name()).contains(task.algorithm());
                assertThat(Presets.find(task.algorithm(), task.environment()))
                        .as("%s %s", suite.name(), task.environment())
                        .isPresent();
                if (!task.environment().startsWith("gym:")) {
                    assertThat(Environments.registrations())
                            .extracting(registration -> registration.id())
                            .contains(task.environment());
                }
            }
        }
    }

    @Test
    void learningPpoIsFiveTasksWithFiveSeedsEach() {
        Suite suite = Suites.find("learning-ppo");
        assertThat(suite.runs()).hasSize(25).doesNotHaveDuplicates();
        assertThat(suite.tasks())
                .extracting(task -> task.environment() + " " + task.goal())
                .containsExactly(
                        "CartPole-v1 mean ≥ 475, 4 seeds ≥ 475",
                        "Acrobot-v1 mean ≥ -90, 4 seeds ≥ -90",
                        "MountainCar-v0 mean ≥ -115, 4 seeds ≥ -115",
                        "Pendulum-v1 mean ≥ -180, 5 seeds ≥ -210",
                        "MountainCarContinuous-v0 mean ≥ 90, 4 seeds ≥ 90");
    }

    @Test
    void learningPpoMujocoComparesWithStableBaselines3() {
        Suite suite = Suites.find("learning-ppo-mujoco");
        assertThat(suite.runs()).hasSize(23).doesNotHaveDuplicates();
        assertThat(suite.tasks())
                .extracting(task -> task.environment() + " " + task.goal())
                .containsExactly(
                        "gym:HalfCheetah-v5 mean ≥ 1400",
                        "gym:Hopper-v5 mean ≥ 1500",
                        "gym:InvertedPendulum-v5 2 seeds ≥ 800",
                        "gym:Taxi-v4 mean ≥ 0, 4 seeds ≥ 0",
                        "gym:FrozenLake-v1 mean ≥ 0.60, 4 seeds ≥ 0.60");
        assertThat(suite.tasks().subList(0, 2)).allMatch(task -> task.peer().isPresent());
    }

    @Test
    void learningTrpoIsFiveTasksWithFiveSeedsEach() {
        Suite suite = Suites.find("learning-trpo");
        assertThat(suite.runs()).hasSize(25).doesNotHaveDuplicates();
        assertThat(suite.tasks())
                .extracting(task -> task.environment() + " " + task.goal())
                .containsExactly(
                        "CartPole-v1 mean ≥ 475, 4 seeds ≥ 475",
                        "Acrobot-v1 mean ≥ -95, 4 seeds ≥ -95",
                        "MountainCar-v0 mean ≥ -120, 4 seeds ≥ -120",
                        "Pendulum-v1 mean ≥ -190, 4 seeds ≥ -190",
                        "MountainCarContinuous-v0 mean ≥ 90, 4 seeds ≥ 90");
    }

    @Test
    void learningTrpoMujocoComparesWithSb3Contrib() {
        Suite suite = Suites.find("learning-trpo-mujoco");
        assertThat(suite.runs()).hasSize(9).doesNotHaveDuplicates();
        assertThat(suite.tasks())
                .allMatch(task -> task.peer().orElseThrow().peer().equals("sb3-contrib"));
    }

    @Test
    void learningA2cIsFiveTasksWithFiveSeedsEach() {
        Suite suite = Suites.find("learning-a2c");
        assertThat(suite.runs()).hasSize(25).doesNotHaveDuplicates();
        assertThat(suite.tasks())
                .extracting(task -> task.environment() + " " + task.goal())
                .containsExactly(
                        "CartPole-v1 mean ≥ 475, 4 seeds ≥ 475",
                        "Acrobot-v1 mean ≥ -100, 4 seeds ≥ -100",
                        "MountainCar-v0 mean ≥ -135, 4 seeds ≥ -135",
                        "Pendulum-v1 mean ≥ -260, 4 seeds ≥ -260",
                        "MountainCarContinuous-v0 mean ≥ 90, 4 seeds ≥ 90");
    }

    @Test
    void learningAcktrIsFiveTasksWithFiveSeedsEach() {
        Suite suite = Suites.find("learning-acktr");
        assertThat(suite.runs()).hasSize(25).doesNotHaveDuplicates();
        assertThat(suite.tasks())
                .extracting(task -> task.environment() + " " + task.goal())
                .containsExactly(
                        "CartPole-v1 mean ≥ 475, 4 seeds ≥ 475",
                        "Acrobot-v1 mean ≥ -95, 4 seeds ≥ -95",
                        "MountainCar-v0 mean ≥ -120, 4 seeds ≥ -120",
                        "Pendulum-v1 mean ≥ -200, 4 seeds ≥ -200",
                        "MountainCarContinuous-v0 mean ≥ 90, 4 seeds ≥ 90");
    }

    @Test
    void learningAcktrMujocoIsSixTasksWithThreeSeedsEach() {
        Suite suite = Suites.find("learning-acktr-mujoco");
        assertThat(suite.runs()).hasSize(18).doesNotHaveDuplicates();
        assertThat(suite.tasks())
                .extracting(task -> task.environment() + " " + task.goal())
                .containsExactly(
                        "gym:HalfCheetah-v5 training mean ≥ 1450",
                        "gym:Hopper-v5 training mean ≥ 2000",
                        "gym:Walker2d-v5 training mean ≥ 1200",
                        "gym:InvertedDoublePendulum-v5 training mean ≥ 8000",
                        "gym:Reacher-v5 training mean ≥ -6",
                        "gym:Swimmer-v5 training mean ≥ 42");
    }

    @Test
    void anUnknownSuiteIsToldWithTheNearestNames() {
        assertThatThrownBy(() -> Suites.find("learning-pp"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("unknown suite: learning-pp; nearest: learning-ppo, learning-a2c, learning-trpo");
    }

    @Test
    void aSuiteWithARunTwiceIsRefused() {
        Task task = new Task("ppo", "CartPole-v1", List.of(1L), List.of(), Goal.allSeedsButOne(1, 1));
        assertThatThrownBy(() -> new Suite("twice", "", List.of(task, task)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
