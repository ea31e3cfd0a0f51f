package kingfisher.optim.parallel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Runs a few tasks side by side on a fixed set of threads, the caller's among them, and waits for all.
 *
 * <p>Made for tasks of some tens of microseconds: threads wait by spinning a short while before they sleep, and a call
 * allocates nothing. Which thread runs a task must not matter to its result; then neither does the number of threads.
 * One caller at a time.
 */
public final class Workers implements AutoCloseable {

    /* About 50 µs, the gap between two minibatches: long enough to catch the next call, short enough to cost little. */
    private static final int SPINS = 2_000;
    private static final int SPINS_BEFORE_SLEEP = 20_000;
    private static final long OVERLOADED_NANOS = 20_000;

    private final Thread[] threads;
    private final AtomicInteger nextTask = new AtomicInteger();
    private final AtomicInteger unfinished = new AtomicInteger();
    private final AtomicInteger generation = new AtomicInteger();
    private volatile boolean closed;
    private volatile Runnable[] tasks = new Runnable[0];
    private volatile @Nullable Throwable failure;

    /** Starts {@code count - 1} daemon threads. */
    public Workers(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("at least one thread is needed: " + count);
        }
        threads = new Thread[count - 1];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = new Thread(this::work, "kingfisher-worker-" + (i + 1));
            threads[i].setDaemon(true);
            threads[i].start();
        }
    }

    /** Number of threads, the caller's included. */
    public int count() {
        return threads.length + 1;
    }

    /**
     * Runs every task once and returns when all are done; everything that they wrote is visible to the caller.
     *
     * @throws RuntimeException or Error, what one of the tasks threw; the others have been run all the same
     */
    public void run(Runnable[] work) {
        if (threads.length == 0 || work.length == 1) {
            for (Runnable task : work) {
                task.run();
            }
            return;
        }
        failure = null;
        tasks = work;
        // Threads that are late for this call find no task left; they are counted, so that none can meet the next
        // one's.
        unfinished.set(threads.length);
        nextTask.set(0);
        generation.incrementAndGet();
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
        runTasks();
        awaitOthers();
        rethrow();
    }

    private void runTasks() {
        Runnable[] work = tasks;
        for (int i = nextTask.getAndIncrement(); i < work.length; i = nextTask.getAndIncrement()) {
            try {
                work[i].run();
            } catch (RuntimeException | Error thrown) {
                failure = thrown;
            }
        }
    }

    private void awaitOthers() {
        for (int spins = 0; unfinished.get() > 0; spins++) {
            if (spins < SPINS_BEFORE_SLEEP) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(OVERLOADED_NANOS);
            }
        }
    }

    private void rethrow() {
        Throwable thrown = failure;
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
        if (thrown instanceof Error error) {
            throw error;
        }
    }

    private void work() {
        int seen = 0;
        while (awaitGeneration(seen)) {
            seen = generation.get();
            runTasks();
            unfinished.decrementAndGet();
        }
    }

    private boolean awaitGeneration(int seen) {
        for (int spins = 0; generation.get() == seen; spins++) {
            if (closed) {
                return false;
            }
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.park(this);
            }
        }
        return !closed;
    }

    /** Stops the threads. */
    @Override
    public void close() {
        closed = true;
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
    }
}
