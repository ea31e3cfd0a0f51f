package kingfisher.experiments.suite;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs jobs side by side. */
public final class Jobs {

    /** Something to be done. */
    @FunctionalInterface
    public interface Job {

        /** Does it. */
        void run() throws InterruptedException;
    }

    private Jobs() {}

    /**
     * Runs jobs, of which so many are under way at a time, in their order; returns when all are done. If one fails or the
     * thread is interrupted, those under way are interrupted and the rest is not begun.
     *
     * @throws RuntimeException the first failure, in the jobs' order
     */
    public static void run(int atATime, List<Job> jobs) throws InterruptedException {
        ExecutorService executor = Executors.newFixedThreadPool(atATime);
        try {
            List<Future<?>> futures = new ArrayList<>();
            for (Job job : jobs) {
                futures.add(executor.submit(() -> {
                    job.run();
                    return null;
                }));
            }
            for (Future<?> future : futures) {
                future.get();
            }
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(failure.getCause());
        } finally {
            executor.shutdownNow();
        }
    }
}
