package kingfisher.optim;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Counts the bytes that the calling thread allocates. */
public final class Allocations {

    private static final int MEASUREMENTS = 3;

    private Allocations() {}

    /**
     * Returns the bytes that {@code times} runs allocate, after one run that may load classes. What the work itself allocates
     * comes again each time; what the runtime allocates once, where it takes a compiled method back, does not: so the least of
     * a few measurements counts.
     */
    public static long during(int times, Runnable work) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        work.run();
        long least = Long.MAX_VALUE;
        for (int measurement = 0; measurement < MEASUREMENTS && least > 0; measurement++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < times; i++) {
                work.run();
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }
}
