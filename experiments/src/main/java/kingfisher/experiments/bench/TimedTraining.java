package kingfisher.experiments.bench;

import java.util.List;
import java.util.Optional;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.CommonSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.agents.train.Backends;
import kingfisher.agents.train.EnvironmentSource;
import kingfisher.agents.train.Evaluator;
import kingfisher.agents.train.Trainer;
import kingfisher.agents.train.TrainingPlan;
import kingfisher.agents.train.TrainingSession;
import kingfisher.optim.backend.Backend;

/** Trainings that are timed, without evaluations and checkpoints on the way. */
final class TimedTraining {

    private final String algorithm;
    private final EnvironmentSource source;
    private final Settings settings;
    private final int threads;

    /** How many steps were taken, and how long they took. */
    record Sample(long steps, double seconds) {

        double stepsPerSecond() {
            return steps / seconds;
        }
    }

    /**
     * Creates the trainings.
     *
     * @param settings of the algorithm; steps and intervals are set for each training
     */
    TimedTraining(String algorithm, EnvironmentSource source, Settings settings, int threads) {
        this.algorithm = algorithm;
        this.source = source;
        this.settings = settings;
        this.threads = threads;
    }

    private Settings settings(long steps) {
        Settings chosen = settings.with(CommonSettings.EVALUATION_INTERVAL, Optional.of(0L))
                .with(CommonSettings.CHECKPOINT_INTERVAL, Optional.of(0L))
                .with(CommonSettings.STEPS, steps);
        AlgorithmSettings.find(algorithm).check(chosen);
        return chosen;
    }

    /**
     * Trains a fresh agent and times the training loop, without making agent and environments.
     *
     * @param steps are rounded up to whole rollouts
     */
    Sample train(long steps, long seed) {
        TrainingPlan plan = new TrainingPlan(algorithm, settings(steps), source, seed);
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
