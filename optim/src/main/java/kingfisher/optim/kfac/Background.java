package kingfisher.optim.kfac;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Two threads beside the stepping one: one makes averages of factors, in order; the other decomposes copies of them, which
 * takes long, so that averages and steps need not wait for it.
 */
final class Background implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 60;

    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final ExecutorService averages = oneThread("kingfisher-curvature-averages");
    private final ExecutorService decompositions = oneThread("kingfisher-curvature-decompositions");
    private @Nullable Future<@Nullable String> factors;

    private ExecutorService oneThread(String name) {
        return Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            threads.add(thread);
            return thread;
        });
    }

    /** Begins the work on a batch's factors, which says what is wrong with them. */
    void submitFactors(Callable<@Nullable String> work) {
        factors = averages.submit(work);
    }

    /** Waits for the work on factors that was begun last, and takes its answer. */
    @Nullable
    String awaitFactors() {
        Future<@Nullable String> job = factors;
        factors = null;
        return job == null ? null : await(job);
    }

    /** Waits for the work on factors that was begun last; its answer can still be taken. */
    void settleFactors() {
        if (factors != null) {
            await(factors);
        }
    }

    /**
     * Begins a decomposition.
     *
     * @param copy takes what is decomposed, after the work on factors that was begun before
     * @param work decomposes it, while further factors are averaged
     */
    <C, T> Future<T> submitDecompositions(Supplier<C> copy, Function<C, T> work) {
        return CompletableFuture.supplyAsync(copy, averages).thenApplyAsync(work, decompositions);
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

    /** Works off what was begun, and waits for the threads' end. */
    @Override
    public void close() {
        try {
            // averages may still hand copies on, so that they end first
            boolean averaged = ends(averages);
            boolean decomposed = ends(decompositions);
            if (averaged && decomposed) {
                for (Thread thread : threads) {
                    thread.join(); // an executor has terminated a moment before its thread has
                }
            }
        } catch (InterruptedException interrupted) {
            averages.shutdownNow();
            decompositions.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private static boolean ends(ExecutorService executor) throws InterruptedException {
        executor.shutdown();
        boolean ended = executor.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (!ended) {
            executor.shutdownNow();
        }
        return ended;
    }
}
