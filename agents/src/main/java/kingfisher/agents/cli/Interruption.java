package kingfisher.agents.cli;

import java.util.concurrent.CountDownLatch;

/**
 * Notices that the process is asked to stop (Ctrl-C, a termination signal), and holds its end back until the work at hand
 * has been brought to a good end.
 */
public final class Interruption implements AutoCloseable {

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stop, "kingfisher-interruption");
    private volatile boolean requested;
    private boolean holding;

    /** Begins to notice, and to hold the end back. */
    public Interruption() {
        this(true);
    }

    private Interruption(boolean holding) {
        this.holding = holding;
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException stopping) {
            request();
        }
    }

    /** Begins to notice, but lets the process end at once, as there is nothing to finish yet; see {@link #hold}. */
    static Interruption notHolding() {
        return new Interruption(false);
    }

    /** Holds the end back from now on; returns false if it is too late for that. */
    synchronized boolean hold() {
        holding = !requested;
        return holding;
    }

    private synchronized boolean request() {
        requested = true;
        asked.countDown();
        return holding;
    }

    private void stop() {
        if (!request()) {
            return;
        }
        try {
            finished.await();
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the process is asked to stop. */
    public boolean requested() {
        return requested;
    }

    /** Waits until the process is asked to stop. */
    void await() throws InterruptedException {
        asked.await();
    }

    /** Lets the process end. */
    @Override
    public void close() {
        finished.countDown();
        if (!requested) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException stopping) {
                // the process is stopping this very moment, and nothing holds it back any more
            }
        }
    }
}
