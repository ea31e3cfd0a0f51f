package kingfisher.experiments.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import kingfisher.agents.run.Checkpoint;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.CommonSettings;
import kingfisher.agents.settings.PreconditionerKind;
import kingfisher.agents.settings.Presets;
import kingfisher.agents.settings.Settings;
import kingfisher.agents.settings.SettingsResolver;
import kingfisher.agents.settings.TrpoSettings;
import kingfisher.agents.train.Backends;
import kingfisher.agents.train.EnvironmentSource;
import kingfisher.agents.train.TrainingPlan;
import kingfisher.agents.train.TrainingSession;
import kingfisher.envs.remote.EnvironmentOpener;
import kingfisher.optim.backend.Backend;

/**
 * {@code bench trpo-preconditioner}: conjugate gradient of TRPO with K-FAC as preconditioner, whose factors are kept over a
 * training, block-tridiagonal and block-diagonal, beside none: iterations to a relative residual of 1e-3, and the time of a policy's update with the factors'
 * share in it. Both start from the same policies, at the beginning, in the middle and at the end of a training.
 */
final class TrpoPreconditioner implements Benchmark {
    /** The benchmark's name. */
    static final String NAME = "trpo-preconditioner";

    private static final String PEER_NAME = "no preconditioner";
    private static final List<String> ENVIRONMENTS = List.of("gym:HalfCheetah-v5", "gym:Hopper-v5");
    private static final List<PreconditionerKind> KINDS =
            List.of(PreconditionerKind.KFAC, PreconditionerKind.KFAC_BLOCK_DIAGONAL);
    private static final List<Double> SHARES = List.of(0.1, 0.5, 1.0);
    private static final List<Double> DAMPINGS = List.of(0.01, 0.1);
    private static final double TOLERANCE = 1e-3;
    private static final int MOST_ITERATIONS = 5000;
    private static final int UPDATES = 5;
    private static final long SEED = 1;
    private static final int THREADS = Runtime.getRuntime().availableProcessors();

    /** What {@link #UPDATES} successive updates from a checkpoint took. */
    private record Updates(List<Double> iterations, List<Double> milliseconds, double largestResidual) {

        static final Updates NONE = new Updates(List.of(), List.of(), 0);

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "iterations %s, largest residual %.2e", iterations, largestResidual);
        }
    }

    @Override
    public BenchmarkResult run(Consumer<String> progress) {
        List<BenchmarkCase> cases = new ArrayList<>();
        try (EnvironmentOpener opener = new EnvironmentOpener(BridgedVector.options(THREADS));
                Backend backend = Backends.create(Backends.DEFAULT)) {
            for (String environment : ENVIRONMENTS) {
                EnvironmentSource source = EnvironmentSource.opened(opener, environment, Map.of());
                for (PreconditionerKind kind : KINDS) {
                    train(source, preset(environment, kind), backend, progress)
                            .forEach((share, checkpoint) -> DAMPINGS.forEach(damping -> {
                                String name = String.format(
                                        Locale.ROOT,
                                        "%s, %.0f %% of training, damping %s, %s",
                                        environment,
                                        100 * share,
                                        damping,
                                        kind);
                                Settings without = solving(environment, PreconditionerKind.NONE, damping);
                                Settings with = solving(environment, kind, damping);
                                Updates none = Updates.NONE;
                                Updates ours = Updates.NONE;
                                for (int round = 0; round < 2; round++) { // the first one warms up
                                    none = update(source, without, backend, checkpoint);
                                    ours = update(source, with, backend, checkpoint);
                                }
                                progress.accept(name + ": " + ours + "; without: " + none);
                                cases.add(
                                        new BenchmarkCase(name, Unit.ITERATIONS, ours.iterations(), none.iterations()));
                                cases.add(new BenchmarkCase(
                                        name + ", policy's update",
                                        Unit.MILLISECONDS,
                                        ours.milliseconds(),
                                        none.milliseconds()));
                            }));
                }
            }
            return new BenchmarkResult(NAME, PEER_NAME, Versions.of(THREADS), cases);
        }
    }

    /** Trains, and returns what was there at each share of the training. */
    private static Map<Double, Checkpoint> train(
            EnvironmentSource source, Settings settings, Backend backend, Consumer<String> progress) {
        long steps = settings.get(CommonSettings.STEPS);
        Map<Double, Checkpoint> checkpoints = new LinkedHashMap<>();
        try (TrainingSession session =
                TrainingSession.start(new TrainingPlan("trpo", settings, source, SEED), backend, THREADS)) {
            for (double share : SHARES) {
                while (session.steps() < share * steps) {
                    session.iterate();
                }
                checkpoints.put(share, session.save());
                progress.accept(String.format(
                        Locale.ROOT,
                        "%s: %,d steps, mean return %.1f",
                        source.id(),
                        session.steps(),
                        session.statistics().meanReturn()));
            }
        }
        return checkpoints;
    }

    private static Updates update(EnvironmentSource source, Settings settings, Backend backend, Checkpoint checkpoint) {
        List<Double> iterations = new ArrayList<>();
        List<Double> milliseconds = new ArrayList<>();
        double largestResidual = 0;
        try (TrainingSession session = TrainingSession.resume(
                new TrainingPlan("trpo", settings, source, SEED), backend, THREADS, checkpoint)) {
            for (int i = 0; i < UPDATES; i++) {
                double before = session.timeSpent().update();
                Map<String, Double> metrics = session.iterate();
                milliseconds.add(1000 * (session.timeSpent().update() - before));
                iterations.add(metrics.getOrDefault("train/cg_iterations", Double.NaN));
                largestResidual = Math.max(largestResidual, metrics.getOrDefault("train/cg_residual", Double.NaN));
            }
        }
        return new Updates(iterations, milliseconds, largestResidual);
    }

    private static Settings preset(String environment, PreconditionerKind kind) {
        return SettingsResolver.resolve(
                        AlgorithmSettings.find("trpo"), Presets.find("trpo", environment), Optional.empty(), List.of())
                .with(TrpoSettings.PRECONDITIONER, kind);
    }

    /** Only the policy is updated, by a solution that is as good as the tolerance says. */
    static Settings solving(String environment, PreconditionerKind kind, double damping) {
        return preset(environment, kind)
                .with(TrpoSettings.CG_DAMPING, damping)
                .with(TrpoSettings.CG_TOLERANCE, TOLERANCE)
                .with(TrpoSettings.CG_ITERATIONS, MOST_ITERATIONS)
                .with(TrpoSettings.CRITIC_EPOCHS, 0);
    }
}
