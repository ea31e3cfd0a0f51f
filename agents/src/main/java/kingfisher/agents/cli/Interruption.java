package kingfisher.agents.cli;

import java.util.concurrent.CountDownLatch;

/**
 * Notices that the process is asked to stop (Ctrl-C, a termination signal), and holds its end back until the work at hand
 * has been brought to a good end.
 */
public final class Interruption implements AutoCloseable {

    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stop, "kingfisher-interruption");
    private volatile boolean requested;

    /** Begins to notice. */
    public Interruption() {
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException stopping) {
            requested = true;
        }
    }

    private void stop() {
        requested = true;
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
