package kingfisher.optim.kfac;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One thread beside the stepping one, which works off what it is given in order. */
final class Background implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 60;

    private final ExecutorService executor = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "kingfisher-curvature");
        thread.setDaemon(true);
        return thread;
    });
    private @Nullable Future<@Nullable String> factors;

    /** Begins the work on a batch's factors, which says what is wrong with them. */
    void submitFactors(Callable<@Nullable String> work) {
        factors = executor.submit(work);
    }

    /** Waits for the work on factors that was begun last. */
    @Nullable
    String awaitFactors() {
        Future<@Nullable String> job = factors;
        factors = null;
        return job == null ? null : await(job);
    }

    <T> Future<T> submit(Callable<T> work) {
        return executor.submit(work);
    }

    static <T extends @Nullable Object> T await(Future<T> job) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return job.get();
                } catch (InterruptedException again) {
                    // an interrupt ends the training at its next step; half a step is of no use to anybody
                    interrupted = true;
                }
            }
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (failed.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new IllegalStateException(failed.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Lets the work that was begun end, drops the rest, and waits for the thread's end. */
    @Override
    public void close() {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                executor.shutdownNow();
            }
        } catch (InterruptedException interrupted) {
            executor.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
