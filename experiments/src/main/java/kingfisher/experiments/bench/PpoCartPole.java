package kingfisher.experiments.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.CommonSettings;
import kingfisher.agents.settings.PpoSettings;
import kingfisher.agents.settings.ScheduleKind;
import kingfisher.agents.settings.Settings;
import kingfisher.agents.train.EnvironmentSource;

/**
 * {@code bench ppo-cartpole}: PPO on CartPole-v1 against Stable-Baselines3 with one torch thread, in environment steps a
 * second of the whole training loop.
 */
final class PpoCartPole implements Benchmark {
    /** The benchmark's name. */
    static final String NAME = "ppo-cartpole";

    /** Environment steps of one rollout. */
    private static final int STEPS_OF_A_ROLLOUT = 8 * 128;

    private static final EnvironmentSource SOURCE = EnvironmentSource.registered("CartPole-v1", Map.of());
    private static final String PEER_NAME = "Stable-Baselines3";
    private static final String SCRIPT = "sb3_ppo_cartpole.py";
    private static final int SAMPLES = 3;
    private static final long PEER_STEPS = 100 * STEPS_OF_A_ROLLOUT;
    private static final long WARM_UP_STEPS = 500 * STEPS_OF_A_ROLLOUT;
    private static final double SHORTEST_SECONDS = 3;
    private static final double SAMPLE_SECONDS = 5; // aimed at, with what the sample before tells of the speed

    private final PeerPython python;

    PpoCartPole(PeerPython python) {
        this.python = python;
    }

    @Override
    public BenchmarkResult run(Consumer<String> progress) {
        int threads = Runtime.getRuntime().availableProcessors();
        TimedTraining training = new TimedTraining("ppo", SOURCE, settings(), threads);
        try (PeerProcess peer = PeerProcess.start(python, SCRIPT, List.of("--steps", Long.toString(PEER_STEPS)))) {
            progress.accept("warming up");
            JsonNode first = firstAnswer(peer);
            TimedTraining.Sample last = training.train(WARM_UP_STEPS, 0);
            List<Double> ours = new ArrayList<>();
            List<Double> peers = new ArrayList<>();
            for (int sample = 1; sample <= SAMPLES; sample++) {
                last = sample(training, last, sample);
                ours.add(last.stepsPerSecond());
                progress.accept(line(sample, "Kingfisher", ours, last.steps()));
                JsonNode answer = peer.measure("{\"seed\": " + sample + "}");
                peers.add(answer.required("stepsPerSecond").asDouble());
                progress.accept(line(sample, PEER_NAME, peers, PEER_STEPS));
            }
            String name =
                    "PPO on CartPole-v1, 8 environments x 128 steps, minibatch 256, 4 epochs, separate 64-64 tanh, "
                            + threads + " threads against one torch thread";
            return new BenchmarkResult(
                    NAME,
                    PEER_NAME,
                    Versions.of(threads, first),
                    List.of(new BenchmarkCase(name, Unit.STEPS_PER_SECOND, ours, peers)));
        }
    }

    /** Settings of CleanRL's ppo.py without its value clip, as {@code sb3_ppo_cartpole.py} has them. */
    static Settings settings() {
        return AlgorithmSettings.find("ppo")
                .defaults()
                .with(CommonSettings.ENVIRONMENTS, 8)
                .with(CommonSettings.ROLLOUT_STEPS, 128)
                .with(CommonSettings.HIDDEN, List.of(64, 64))
                .with(CommonSettings.SHARED_NETWORK, false)
                .with(CommonSettings.LEARNING_RATE, 2.5e-4)
                .with(CommonSettings.LEARNING_RATE_SCHEDULE, ScheduleKind.LINEAR)
                .with(PpoSettings.MINIBATCH_SIZE, 256)
                .with(PpoSettings.EPOCHS, 4)
                .with(CommonSettings.ENTROPY_COEFFICIENT, 0.01)
                .with(PpoSettings.VALUE_CLIP, Optional.empty());
    }

    private JsonNode firstAnswer(PeerProcess peer) {
        try {
            return peer.measure("{\"steps\": " + STEPS_OF_A_ROLLOUT + "}");
        } catch (PeerProcess.PeerFailedException failure) {
            throw python.unfit(String.valueOf(failure.getMessage()));
        }
    }

    /** A sample that is long enough: one that is shorter, since the speed was not known yet, is taken again. */
    private static TimedTraining.Sample sample(TimedTraining training, TimedTraining.Sample before, long seed) {
        TimedTraining.Sample sample = before;
        do {
            sample = training.train((long) Math.ceil(SAMPLE_SECONDS * sample.stepsPerSecond()), seed);
        } while (sample.seconds() < SHORTEST_SECONDS);
        return sample;
    }

    private static String line(int sample, String who, List<Double> samples, long steps) {
        return String.format(
                Locale.ROOT,
                "sample %d of %d: %s %,.0f steps/s (%,d steps)",
                sample,
                SAMPLES,
                who,
                samples.get(samples.size() - 1),
                steps);
    }
}
