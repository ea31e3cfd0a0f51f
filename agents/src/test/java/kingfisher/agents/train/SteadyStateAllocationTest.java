package kingfisher.agents.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Map;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.optim.backend.cpu.CpuBackend;
import org.junit.jupiter.api.Test;

/** An update's allocation does not grow with the work that it does: what it allocates is its report. */
class SteadyStateAllocationTest {

    private static final int WARM_UP = 40;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void minibatchesAllocateNothing() {
        long few = bytesOfAnIteration(ppo(1));
        long many = bytesOfAnIteration(ppo(41));
        int minibatches = 40 * 16;
        assertThat((double) (many - few) / minibatches)
                .as("bytes a minibatch (%d bytes with 16 minibatches, %d with 656)", few, many)
                .isLessThan(64);
    }

    @Test
    void productsWithTheFisherMatrixAndLineSearchesAllocateNothing() {
        long few = bytesOfAnIteration(trpo(1, 1, 1));
        long many = bytesOfAnIteration(trpo(41, 31, 21));
        int passes = 40 * 16 + 30 + 20;
        assertThat((double) (many - few) / passes)
                .as("bytes a pass (%d bytes with few, %d with %d more)", few, many, passes)
                .isLessThan(64);
    }

    @Test
    void stepsOfTheValueNetworkAllocateTheirReports() {
        long few = bytesOfAnIteration(acktr(2));
        long many = bytesOfAnIteration(acktr(42));
        // the rollout's 1024 returns alone are 8192 bytes, one layer's activations 65536
        assertThat((double) (many - few) / 40)
                .as("bytes a step (%d bytes with 2 steps, %d with 42)", few, many)
                .isLessThan(2048);
    }

    @Test
    void moreInputsAllocateNothing() {
        long few = bytesOfAnIteration(plan("a2c", Map.of()));
        long many = bytesOfAnIteration(
                plan("a2c", Map.of("previous-observation", "true", "critic-time-step", "true", "hidden", "32,32")));
        int steps = 128;
        assertThat((double) (many - few) / steps)
                .as("bytes a step (%d bytes without, %d with)", few, many)
                .isLessThan(8);
    }

    /** The least of several iterations, so that the compiler's own work on this thread does not count. */
    private long bytesOfAnIteration(TrainingPlan plan) {
        long least = Long.MAX_VALUE;
        try (TrainingSession session = TrainingSession.start(plan, new CpuBackend(), 1)) {
            for (int i = 0; i < WARM_UP; i++) {
                session.iterate();
            }
            for (int i = 0; i < 10; i++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                session.iterate();
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
        }
        return least;
    }

    private static TrainingPlan ppo(int epochs) {
        return plan(
                "ppo",
                Map.of(
                        "minibatch-size", "64",
                        "epochs", Integer.toString(epochs),
                        "learning-rate", "1e-6",
                        "entropy-coefficient", "0.01"));
    }

    /** The bound that rounding alone breaks makes every search go to its end. */
    private static TrainingPlan trpo(int epochs, int iterations, int lengths) {
        return plan(
                "trpo",
                Map.of(
                        "critic-minibatch-size",
                        "64",
                        "critic-epochs",
                        Integer.toString(epochs),
                        "cg-iterations",
                        Integer.toString(iterations),
                        "cg-tolerance",
                        "0",
                        "max-kl",
                        "1e-30",
                        "line-search-steps",
                        Integer.toString(lengths)));
    }

    private static TrainingPlan acktr(int updates) {
        return plan(
                "acktr",
                Map.of(
                        "critic-updates", Integer.toString(updates),
                        "critic-step-rule", "exact",
                        "critic-decomposition-period", "1000000"));
    }

    private static TrainingPlan plan(String algorithm, Map<String, String> own) {
        Settings settings = AlgorithmSettings.find(algorithm)
                .defaults()
                .with("environments", "8", "test")
                .with("rollout-steps", "128", "test")
                .with("hidden", "16,16", "test");
        for (Map.Entry<String, String> setting : own.entrySet()) {
            settings = settings.with(setting.getKey(), setting.getValue(), "test");
        }
        return new TrainingPlan(algorithm, settings, EnvironmentSource.registered("Acrobot-v1", Map.of()), 5);
    }
}
