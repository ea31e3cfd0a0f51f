package kingfisher.experiments.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.CommonSettings;
import kingfisher.agents.settings.PpoSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.agents.train.EnvironmentSource;
import kingfisher.envs.remote.EnvironmentOpener;

/**
 * {@code bench bridge-halfcheetah}: HalfCheetah-v5 through the bridge, against Gymnasium's own vectors in one process and
 * against PPO of Stable-Baselines3. All are sampled in turn, in environment steps a second.
 */
final class BridgeHalfCheetah implements Benchmark {
    /** The benchmark's name. */
    static final String NAME = "bridge-halfcheetah";

    private static final String ENVIRONMENT = "gym:HalfCheetah-v5";
    private static final String PEER_NAME = "Gymnasium / Stable-Baselines3";
    private static final int SAMPLES = 5;
    private static final int ENVIRONMENTS = 16;
    private static final int STEPS = 64_000;
    private static final int ASYNC_STEPS = 24_000;
    private static final long WARM_UP_STEPS = 163_840;
    private static final long TRAINING_STEPS = 65_536;
    private static final int PEER_TRAINING_STEPS = 8_192;

    private final PeerPython python;

    BridgeHalfCheetah(PeerPython python) {
        this.python = python;
    }

    /** The settings of {@code sb3_ppo_halfcheetah.py}. */
    static Settings settings() {
        return AlgorithmSettings.find("ppo")
                .defaults()
                .with(CommonSettings.ENVIRONMENTS, 8)
                .with(CommonSettings.ROLLOUT_STEPS, 256)
                .with(CommonSettings.HIDDEN, List.of(64, 64))
                .with(CommonSettings.SHARED_NETWORK, false)
                .with(CommonSettings.LEARNING_RATE, 3e-4)
                .with(CommonSettings.NORMALIZE_OBSERVATIONS, true)
                .with(CommonSettings.NORMALIZE_REWARDS, true)
                .with(PpoSettings.MINIBATCH_SIZE, 64)
                .with(PpoSettings.EPOCHS, 10);
    }

    @Override
    public BenchmarkResult run(Consumer<String> progress) {
        int threads = Runtime.getRuntime().availableProcessors();
        try (PeerProcess vectors = PeerProcess.start(python, "gymnasium_vectors.py", List.of());
                PeerProcess peer = PeerProcess.start(python, "sb3_ppo_halfcheetah.py", List.of());
                BridgedVector one = new BridgedVector(ENVIRONMENT, ENVIRONMENTS, 1, 1);
                BridgedVector two = new BridgedVector(ENVIRONMENT, ENVIRONMENTS, 2, 1);
                BridgedVector inTurn = new BridgedVector(ENVIRONMENT, ENVIRONMENTS, 2, 2);
                EnvironmentOpener opener = new EnvironmentOpener(BridgedVector.options(threads))) {
            TimedTraining training = new TimedTraining(
                    "ppo", EnvironmentSource.opened(opener, ENVIRONMENT, Map.of()), settings(), threads);
            progress.accept("warming up");
            JsonNode vectorsFirst = first(vectors, "{\"steps\": 1600}");
            JsonNode peerFirst = first(peer, "{\"steps\": 2048}");
            training.train(WARM_UP_STEPS, 0);
            Sides sides = new Sides();
            sides.add("sync vector", () -> ask(vectors, "{\"vector\": \"sync\", \"steps\": " + STEPS + "}"));
            sides.add("bridge, 1 server", () -> one.measure(STEPS));
            sides.add("async vector", () -> ask(vectors, "{\"vector\": \"async\", \"steps\": " + ASYNC_STEPS + "}"));
            sides.add("bridge, 2 servers", () -> two.measure(STEPS));
            sides.add("bridge, 2 servers in turn", () -> inTurn.measure(STEPS));
            sides.add("PPO, Kingfisher", () -> training.train(TRAINING_STEPS, 1).stepsPerSecond());
            sides.add("PPO, Stable-Baselines3", () -> ask(peer, "{\"steps\": " + PEER_TRAINING_STEPS + "}"));
            sample(sides, progress);
            return new BenchmarkResult(
                    NAME,
                    PEER_NAME,
                    Versions.of(threads, vectorsFirst, peerFirst),
                    List.of(
                            random(sides, "bridge, 1 server", "sync vector"),
                            random(sides, "bridge, 2 servers", "sync vector"),
                            random(sides, "bridge, 2 servers in turn", "sync vector"),
                            random(sides, "bridge, 1 server", "async vector"),
                            random(sides, "bridge, 2 servers", "async vector"),
                            new BenchmarkCase(
                                    "PPO, 8 environments x 256 steps, minibatch 64, 10 epochs, separate 64-64 tanh, "
                                            + threads + " threads and servers against one torch thread and DummyVecEnv",
                                    Unit.STEPS_PER_SECOND,
                                    sides.samples("PPO, Kingfisher"),
                                    sides.samples("PPO, Stable-Baselines3"))));
        }
    }

    private static void sample(Sides sides, Consumer<String> progress) {
        for (int sample = 1; sample <= SAMPLES; sample++) {
            String which = "sample %d of %d".formatted(sample, SAMPLES);
            sides.sampleAll((side, value) ->
                    progress.accept(String.format(Locale.ROOT, "%s: %s %,.0f steps/s", which, side, value)));
        }
    }

    private static BenchmarkCase random(Sides sides, String ours, String peer) {
        return new BenchmarkCase(
                ENVIRONMENTS + " environments, random actions: " + ours + " against " + peer,
                Unit.STEPS_PER_SECOND,
                sides.samples(ours),
                sides.samples(peer));
    }

    private JsonNode first(PeerProcess process, String request) {
        try {
            return process.measure(request);
        } catch (PeerProcess.PeerFailedException failure) {
            throw python.unfit(String.valueOf(failure.getMessage()));
        }
    }

    private static double ask(PeerProcess process, String request) {
        return process.measure(request).required("stepsPerSecond").asDouble();
    }
}
