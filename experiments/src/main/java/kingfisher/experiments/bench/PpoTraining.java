package kingfisher.experiments.bench;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.CommonSettings;
import kingfisher.agents.settings.PpoSettings;
import kingfisher.agents.settings.ScheduleKind;
import kingfisher.agents.settings.Settings;
import kingfisher.agents.train.Backends;
import kingfisher.agents.train.EnvironmentSource;
import kingfisher.agents.train.Evaluator;
import kingfisher.agents.train.Trainer;
import kingfisher.agents.train.TrainingPlan;
import kingfisher.agents.train.TrainingSession;
import kingfisher.optim.backend.Backend;

/**
 * Trainings of PPO on CartPole-v1 that are timed: settings of CleanRL's ppo.py without its value clip, as
 * {@code sb3_ppo_cartpole.py} has them.
 */
final class PpoTraining {
    /** Environment steps of one rollout. */
    static final int STEPS_OF_A_ROLLOUT = 8 * 128;

    private final int threads;

    /** How many steps were taken, and how long they took. */
    record Sample(long steps, double seconds) {

        double stepsPerSecond() {
            return steps / seconds;
        }
    }

    PpoTraining(int threads) {
        this.threads = threads;
    }

    static Settings settings(long steps) {
        AlgorithmSettings ppo = AlgorithmSettings.find("ppo");
        Settings settings = ppo.defaults()
                .with(CommonSettings.ENVIRONMENTS, 8)
                .with(CommonSettings.ROLLOUT_STEPS, 128)
                .with(CommonSettings.HIDDEN, List.of(64, 64))
                .with(CommonSettings.SHARED_NETWORK, false)
                .with(CommonSettings.LEARNING_RATE, 2.5e-4)
                .with(CommonSettings.LEARNING_RATE_SCHEDULE, ScheduleKind.LINEAR)
                .with(PpoSettings.MINIBATCH_SIZE, 256)
                .with(PpoSettings.EPOCHS, 4)
                .with(PpoSettings.ENTROPY_COEFFICIENT, 0.01)
                .with(PpoSettings.VALUE_CLIP, Optional.empty())
                .with(CommonSettings.EVALUATION_INTERVAL, Optional.of(0L))
                .with(CommonSettings.CHECKPOINT_INTERVAL, Optional.of(0L))
                .with(CommonSettings.STEPS, steps);
        ppo.check(settings);
        return settings;
    }

    /**
     * Trains a fresh agent and times the training loop, without making agent and environments.
     *
     * @param steps are rounded up to whole rollouts
     */
    Sample train(long steps, long seed) {
        EnvironmentSource source = EnvironmentSource.registered("CartPole-v1", Map.of());
        TrainingPlan plan = new TrainingPlan("ppo", settings(steps), source, seed);
        try (Backend backend = Backends.create(Backends.DEFAULT);
                TrainingSession session = TrainingSession.start(plan, backend, threads);
                Evaluator evaluator = new Evaluator(source.factory(), session.agent(), () -> false)) {
            Trainer trainer = new Trainer(session, evaluator, List.of());
            long begin = System.nanoTime();
            trainer.run(() -> false);
            return new Sample(session.steps(), (System.nanoTime() - begin) / 1e9);
        }
    }
}
