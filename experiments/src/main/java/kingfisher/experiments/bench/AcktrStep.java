package kingfisher.experiments.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import kingfisher.agents.settings.AcktrSettings;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.CommonSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.agents.train.Backends;
import kingfisher.agents.train.EnvironmentSource;
import kingfisher.agents.train.TrainingPlan;
import kingfisher.agents.train.TrainingSession;
import kingfisher.envs.remote.EnvironmentOpener;
import kingfisher.experiments.suite.Statistics;
import kingfisher.optim.backend.Backend;

/**
 * {@code bench acktr-step}: what a step of ACKTR costs beside one of our A2C with the same networks, rollouts and number of
 * steps of the value network, one a rollout: the whole loop on HalfCheetah-v5 over the bridge, and updates alone, over noise.
 */
final class AcktrStep implements Benchmark {
    /** The benchmark's name. */
    static final String NAME = "acktr-step";

    private static final String ENVIRONMENT = "gym:HalfCheetah-v5";
    private static final String PEER_NAME = "our A2C";
    private static final EnvironmentSource NOISE = EnvironmentSource.of("Noise", NoiseEnvironment::new);
    private static final int SAMPLES = 5;
    private static final long TRAINING_STEPS = 40_000;
    private static final int CYCLES = 3; // of the decompositions, in a sample

    /**
     * A batch of the paper.
     *
     * @param note where it is from
     */
    record Batch(int environments, int steps, String note) {

        int size() {
            return environments * steps;
        }

        @Override
        public String toString() {
            return "batches of %d (%d environments, %s)".formatted(size(), environments, note);
        }
    }

    /** How often factors are updated and decomposed, in rollouts. */
    record Periods(int covariances, int decompositions) {

        @Override
        public String toString() {
            return "ACKTR with factors every %d, decompositions every %d".formatted(covariances, decompositions);
        }
    }

    private static final List<Batch> BATCHES =
            List.of(new Batch(4, 625, "MuJoCo tasks"), new Batch(32, 20, "Atari games"));
    private static final Periods PAPER = new Periods(1, 2);
    private static final List<Periods> ALL_PERIODS = List.of(PAPER, new Periods(10, 20));

    @Override
    public BenchmarkResult run(Consumer<String> progress) {
        int threads = Runtime.getRuntime().availableProcessors();
        List<TrainingSession> sessions = new ArrayList<>();
        try (EnvironmentOpener opener = new EnvironmentOpener(BridgedVector.options(threads));
                Backend backend = Backends.create(Backends.DEFAULT)) {
            EnvironmentSource bridge = EnvironmentSource.opened(opener, ENVIRONMENT, Map.of());
            Sides loops = new Sides();
            Sides updates = new Sides();
            for (Batch batch : BATCHES) {
                addLoop(loops, loop(batch, PEER_NAME), new TimedTraining("a2c", bridge, a2c(batch), threads));
                addUpdates(updates, update(batch, PEER_NAME), start("a2c", a2c(batch), backend, threads, sessions));
                for (Periods periods : ALL_PERIODS) {
                    Settings acktr = acktr(batch, periods);
                    addLoop(loops, loop(batch, periods), new TimedTraining("acktr", bridge, acktr, threads));
                    addUpdates(updates, update(batch, periods), start("acktr", acktr, backend, threads, sessions));
                }
            }
            progress.accept("warming up");
            loops.sampleAll((side, value) -> {});
            updates.sampleAll((side, value) -> {});
            loops.forget();
            updates.forget();
            for (int i = 1; i <= SAMPLES; i++) {
                String sample = "sample %d of %d: ".formatted(i, SAMPLES);
                loops.sampleAll((side, value) ->
                        progress.accept(sample + String.format(Locale.ROOT, "%s, %,.0f steps/s", side, value)));
                updates.sampleAll((side, value) ->
                        progress.accept(sample + String.format(Locale.ROOT, "%s, %.3f ms", side, value)));
            }
            return new BenchmarkResult(NAME, PEER_NAME, Versions.of(threads), cases(loops, updates));
        } finally {
            sessions.forEach(TrainingSession::close);
        }
    }

    private static TrainingSession start(
            String algorithm, Settings settings, Backend backend, int threads, List<TrainingSession> sessions) {
        TrainingSession session =
                TrainingSession.start(new TrainingPlan(algorithm, settings, NOISE, 1), backend, threads);
        sessions.add(session);
        return session;
    }

    private static void addLoop(Sides sides, String name, TimedTraining training) {
        sides.add(name, () -> training.train(TRAINING_STEPS, 1).stepsPerSecond());
    }

    /** Means over whole cycles of the longest period, so that every sample has its share of decompositions. */
    private static void addUpdates(Sides sides, String name, TrainingSession session) {
        int cycle = ALL_PERIODS.stream().mapToInt(Periods::decompositions).max().orElseThrow();
        sides.add(name, () -> {
            List<Double> means = new ArrayList<>();
            for (int c = 0; c < CYCLES; c++) {
                double before = session.timeSpent().update();
                for (int i = 0; i < cycle; i++) {
                    session.iterate();
                }
                means.add(1000 * (session.timeSpent().update() - before) / cycle);
            }
            return Statistics.of(means).median();
        });
    }

    private static List<BenchmarkCase> cases(Sides loops, Sides updates) {
        List<BenchmarkCase> cases = new ArrayList<>();
        for (Batch batch : BATCHES) {
            for (Periods periods : ALL_PERIODS) {
                cases.add(new BenchmarkCase(
                        loop(batch, periods),
                        Unit.STEPS_PER_SECOND,
                        loops.samples(loop(batch, periods)),
                        loops.samples(loop(batch, PEER_NAME))));
                cases.add(new BenchmarkCase(
                        update(batch, periods),
                        Unit.MILLISECONDS,
                        updates.samples(update(batch, periods)),
                        updates.samples(update(batch, PEER_NAME))));
            }
        }
        return cases;
    }

    private static String loop(Batch batch, Object what) {
        return "whole loop, " + batch + ", " + what;
    }

    private static String update(Batch batch, Object what) {
        return "update alone, " + batch + ", " + what;
    }

    /** One step of the value network a rollout, as A2C takes. */
    static Settings acktr(Batch batch, Periods periods) {
        return common("acktr", batch)
                .with(AcktrSettings.CRITIC_UPDATES, 1)
                .with(AcktrSettings.COVARIANCE_PERIOD, periods.covariances())
                .with(AcktrSettings.DECOMPOSITION_PERIOD, periods.decompositions())
                .with(AcktrSettings.CRITIC_COVARIANCE_PERIOD, periods.covariances())
                .with(AcktrSettings.CRITIC_DECOMPOSITION_PERIOD, periods.decompositions());
    }

    static Settings a2c(Batch batch) {
        return common("a2c", batch);
    }

    private static Settings common(String algorithm, Batch batch) {
        return AlgorithmSettings.find(algorithm)
                .defaults()
                .with(CommonSettings.ENVIRONMENTS, batch.environments())
                .with(CommonSettings.ROLLOUT_STEPS, batch.steps())
                .with(CommonSettings.HIDDEN, List.of(64, 64))
                .with(CommonSettings.SHARED_NETWORK, false)
                .with(CommonSettings.NORMALIZE_OBSERVATIONS, true)
                .with(CommonSettings.NORMALIZE_REWARDS, true)
                .with(CommonSettings.STEPS, Long.MAX_VALUE);
    }
}
