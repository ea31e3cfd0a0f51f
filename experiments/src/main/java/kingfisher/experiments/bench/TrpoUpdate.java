package kingfisher.experiments.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.CommonSettings;
import kingfisher.agents.settings.DivergenceDirection;
import kingfisher.agents.settings.Settings;
import kingfisher.agents.settings.TrpoSettings;
import kingfisher.agents.train.Backends;
import kingfisher.agents.train.EnvironmentSource;
import kingfisher.agents.train.TrainingPlan;
import kingfisher.agents.train.TrainingSession;
import kingfisher.experiments.suite.Statistics;
import kingfisher.optim.backend.Backend;

/**
 * {@code bench trpo-update}: whole updates of TRPO, policy and value network, against sb3-contrib's, both on two threads, over
 * rollouts of noise.
 */
final class TrpoUpdate implements Benchmark {
    /** The benchmark's name. */
    static final String NAME = "trpo-update";

    private static final EnvironmentSource SOURCE = EnvironmentSource.of("Noise", NoiseEnvironment::new);
    private static final String PEER_NAME = "sb3-contrib";
    private static final String SCRIPT = "sb3_trpo_update.py";
    private static final int THREADS = 2;
    private static final int STEPS = 2048;
    private static final int SAMPLES = 3;
    private static final int UPDATES = 20; // in a sample of ours, whose median counts
    private static final int WARM_UP_UPDATES = 40;
    private static final int PEER_UPDATES = 3; // likewise

    private final PeerPython python;

    TrpoUpdate(PeerPython python) {
        this.python = python;
    }

    @Override
    public BenchmarkResult run(Consumer<String> progress) {
        try (PeerProcess peer = PeerProcess.start(python, SCRIPT, List.of("--threads", Integer.toString(THREADS)))) {
            progress.accept("warming up");
            JsonNode first = firstAnswer(peer);
            List<BenchmarkCase> cases = new ArrayList<>();
            for (int environments : new int[] {1, 8}) {
                cases.add(compare(environments, peer, progress));
            }
            return new BenchmarkResult(NAME, PEER_NAME, Versions.of(THREADS, first), cases);
        }
    }

    /** What sb3-contrib's defaults are for six dimensions, over which it averages the divergence; no early end. */
    static Settings settings(int environments) {
        return AlgorithmSettings.find("trpo")
                .defaults()
                .with(CommonSettings.ENVIRONMENTS, environments)
                .with(CommonSettings.ROLLOUT_STEPS, STEPS)
                .with(CommonSettings.HIDDEN, List.of(64, 64))
                .with(CommonSettings.STEPS, Long.MAX_VALUE)
                .with(TrpoSettings.MAX_KL, 0.06)
                .with(TrpoSettings.KL_DIRECTION, DivergenceDirection.NEW_OLD)
                .with(TrpoSettings.CG_ITERATIONS, 15)
                .with(TrpoSettings.CG_DAMPING, 0.6)
                .with(TrpoSettings.CG_TOLERANCE, 0.0)
                .with(TrpoSettings.CRITIC_EPOCHS, 10)
                .with(TrpoSettings.CRITIC_MINIBATCH_SIZE, 128);
    }

    private static BenchmarkCase compare(int environments, PeerProcess peer, Consumer<String> progress) {
        List<Double> ours = new ArrayList<>();
        List<Double> peers = new ArrayList<>();
        TrainingPlan plan = new TrainingPlan("trpo", settings(environments), SOURCE, 1);
        try (Backend backend = Backends.create(Backends.DEFAULT);
                TrainingSession session = TrainingSession.start(plan, backend, THREADS)) {
            medianUpdate(session, WARM_UP_UPDATES);
            for (int sample = 1; sample <= SAMPLES; sample++) {
                ours.add(medianUpdate(session, UPDATES));
                progress.accept(line(environments, sample, "Kingfisher", ours));
                String request = "{\"environments\": " + environments + ", \"updates\": " + PEER_UPDATES
                        + ", \"seed\": " + sample + "}";
                peers.add(peer.measure(request).required("milliseconds").asDouble());
                progress.accept(line(environments, sample, PEER_NAME, peers));
            }
        }
        String name = "TRPO update, 17-64-64-6 and 17-64-64-1, " + STEPS + " x " + environments
                + " samples, 15 iterations of conjugate gradient, 10 critic epochs of minibatch 128, two threads each";
        return new BenchmarkCase(name, Unit.MILLISECONDS, ours, peers);
    }

    /** Milliseconds. */
    private static double medianUpdate(TrainingSession session, int updates) {
        List<Double> milliseconds = new ArrayList<>();
        for (int i = 0; i < updates; i++) {
            double before = session.timeSpent().update();
            Map<String, Double> metrics = session.iterate();
            milliseconds.add(1000 * (session.timeSpent().update() - before));
            if (metrics.getOrDefault("train/cg_iterations", 0.0) != 15) {
                throw new IllegalStateException("conjugate gradient took another number of iterations: " + metrics);
            }
        }
        return Statistics.of(milliseconds).median();
    }

    private JsonNode firstAnswer(PeerProcess peer) {
        try {
            return peer.measure("{\"updates\": 1}");
        } catch (PeerProcess.PeerFailedException failure) {
            throw python.unfit(String.valueOf(failure.getMessage()));
        }
    }

    private static String line(int environments, int sample, String who, List<Double> samples) {
        return String.format(
                Locale.ROOT,
                "%d x %d, sample %d of %d: %s %,.1f ms",
                STEPS,
                environments,
                sample,
                SAMPLES,
                who,
                samples.get(samples.size() - 1));
    }
}
