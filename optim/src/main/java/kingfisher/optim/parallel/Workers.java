package kingfisher.optim.parallel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
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

    /* One call's tasks are handed out through one number: the call's serial in the upper half, below it how many tasks
     * there are and how many have been taken. A thread that is late for a call can so neither take a task of it twice nor
     * be waited for: only tasks that were taken are. */
    private static final int COUNT_SHIFT = 16;
    private static final int SERIAL_SHIFT = 32;
    private static final int MASK = 0xFFFF;

    private final Thread[] threads;
    private final AtomicLong handout = new AtomicLong();
    private final AtomicInteger finished = new AtomicInteger();
    private volatile boolean closed;
    private volatile Runnable[] tasks = new Runnable[0];
    private volatile @Nullable Throwable failure;
    private int failedTask; // guarded by this

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
     * @param work at most 65535 tasks
     * @throws RuntimeException or Error, what the first task that failed threw, in the order of the array; the others have
     *     been run all the same
     */
    public void run(Runnable[] work) {
        failure = null;
        tasks = work;
        finished.set(0);
        long serial = (handout.get() >>> SERIAL_SHIFT) + 1;
        handout.set(serial << SERIAL_SHIFT | (long) work.length << COUNT_SHIFT);
        for (int i = 0; i < threads.length && i < work.length - 1; i++) {
            LockSupport.unpark(threads[i]);
        }
        while (runOne()) {
            // the next one
        }
        for (int spins = 0; finished.get() < work.length; spins++) {
            if (spins < SPINS_BEFORE_SLEEP) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(OVERLOADED_NANOS);
            }
        }
        rethrow();
    }

    /** Takes one task and runs it; returns false if none is left. */
    private boolean runOne() {
        while (true) {
            long state = handout.get();
            int next = (int) state & MASK;
            if (next == ((int) (state >>> COUNT_SHIFT) & MASK)) {
                return false;
            }
            Runnable[] current = tasks;
            if (handout.compareAndSet(state, state + 1)) {
                try {
                    current[next].run();
                } catch (RuntimeException | Error thrown) {
                    fail(next, thrown);
                }
                finished.incrementAndGet();
                return true;
            }
        }
    }

    /** Which task fails first depends on the threads; which is told of does not. */
    private synchronized void fail(int task, Throwable thrown) {
        if (failure == null || task < failedTask) {
            failure = thrown;
            failedTask = task;
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
        int idle = 0;
        while (!closed) {
            if (runOne()) {
                idle = 0;
            } else if (idle++ < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.park(this);
                idle = 0;
            }
        }
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
