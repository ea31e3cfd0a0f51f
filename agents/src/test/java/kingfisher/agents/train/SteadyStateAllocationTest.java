package kingfisher.agents.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Map;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.optim.backend.cpu.CpuBackend;
import org.junit.jupiter.api.Test;

/** An update's allocation does not grow with its minibatches: what it allocates is its report. */
class SteadyStateAllocationTest {

    private static final int WARM_UP = 40;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void minibatchesAllocateNothing() {
        long few = bytesOfAnIteration(1);
        long many = bytesOfAnIteration(41);
        int minibatches = 40 * 16;
        assertThat((double) (many - few) / minibatches)
                .as("bytes a minibatch (%d bytes with 16 minibatches, %d with 656)", few, many)
                .isLessThan(64);
    }

    /** The least of several iterations, so that the compiler's own work on this thread does not count. */
    private long bytesOfAnIteration(int epochs) {
        Settings settings = AlgorithmSettings.find("ppo")
                .defaults()
                .with("environments", "8", "test")
                .with("rollout-steps", "128", "test")
                .with("minibatch-size", "64", "test")
                .with("epochs", Integer.toString(epochs), "test")
                .with("learning-rate", "1e-6", "test")
                .with("entropy-coefficient", "0.01", "test")
                .with("hidden", "16,16", "test");
        TrainingPlan plan = new TrainingPlan("ppo", settings, EnvironmentSource.registered("Acrobot-v1", Map.of()), 5);
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
}
