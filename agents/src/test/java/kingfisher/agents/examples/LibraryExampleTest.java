package kingfisher.agents.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import kingfisher.agents.policy.Policy;
import kingfisher.agents.run.CheckpointFolder;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.CommonSettings;
import kingfisher.agents.settings.PpoSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.agents.train.EnvironmentSource;
import kingfisher.agents.train.Evaluator;
import kingfisher.agents.train.Trainer;
import kingfisher.agents.train.TrainingPlan;
import kingfisher.agents.train.TrainingSession;
import kingfisher.optim.backend.cpu.CpuBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training from Java with an environment of one's own, and acting with the result. */
class LibraryExampleTest {

    @Test
    void trainSaveLoadAndAct(@TempDir Path folder) {
        Settings settings = AlgorithmSettings.find("ppo")
                .defaults()
                .with(CommonSettings.STEPS, 16_384L)
                .with(CommonSettings.ENVIRONMENTS, 8)
                .with(CommonSettings.ROLLOUT_STEPS, 128)
                .with(PpoSettings.MINIBATCH_SIZE, 256);
        EnvironmentSource corridor = EnvironmentSource.of("Corridor", Corridor::new);
        TrainingPlan plan = new TrainingPlan("ppo", settings, corridor, 1);
        try (CpuBackend backend = new CpuBackend();
                TrainingSession session = TrainingSession.start(plan, backend, 2);
                Evaluator evaluator = new Evaluator(corridor.factory(), session.agent(), () -> false)) {
            new Trainer(session, evaluator, List.of()).run(() -> false);
            new CheckpointFolder(folder).write(session.save());
        }

        Policy policy = Policy.load(folder);
        Corridor environment = new Corridor();
        double[] observation = environment.reset(7);
        int steps = 0;
        boolean arrived = false;
        while (!arrived && steps < 50) {
            var step = environment.step(policy.act(observation));
            observation = step.observation();
            arrived = step.terminated();
            steps++;
        }
        assertThat(arrived).isTrue();
        assertThat(steps).isLessThanOrEqualTo(10);
    }
}
