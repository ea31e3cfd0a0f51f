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
                assertThat(Environments.registrations())
                        .extracting(registration -> registration.id())
                        .contains(task.environment());
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
    void anUnknownSuiteIsToldWithTheNearestNames() {
        assertThatThrownBy(() -> Suites.find("learning-pp"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("unknown suite: learning-pp; nearest: learning-ppo");
    }

    @Test
    void aSuiteWithARunTwiceIsRefused() {
        Task task = new Task("ppo", "CartPole-v1", List.of(1L), List.of(), Goal.allSeedsButOne(1, 1));
        assertThatThrownBy(() -> new Suite("twice", "", List.of(task, task)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
