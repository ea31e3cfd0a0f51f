package kingfisher.agents.trpo;

import java.util.function.IntConsumer;
import kingfisher.optim.parallel.Workers;

/**
 * Runs the parts of a pass over samples side by side, and with them a slice of work that has nothing to do with it. Parts are
 * cut by the number of samples only, so that their sums don't depend on the number of threads.
 */
final class Passes {

    private static final int LEAST_ROWS = 512;
    private static final int MOST_PARTS = 8;

    private final Workers workers;
    private final Runnable slice;

    Passes(Workers workers, Runnable slice) {
        this.workers = workers;
        this.slice = slice;
    }

    /** Returns in how many parts so many samples are cut. */
    static int parts(int rows) {
        return Math.max(1, Math.min(MOST_PARTS, rows / LEAST_ROWS));
    }

    /** Returns the first sample of a part, or behind the last part the number of samples. */
    static int first(int part, int rows) {
        return (int) ((long) rows * part / parts(rows));
    }

    /** Returns what {@link #run} is given for a pass of so many parts. */
    Runnable[] of(int parts, IntConsumer pass) {
        Runnable[] tasks = new Runnable[parts + 1];
        tasks[0] = slice;
        for (int p = 0; p < parts; p++) {
            int part = p;
            tasks[p + 1] = () -> pass.accept(part);
        }
        return tasks;
    }

    void run(Runnable[] pass) {
        workers.run(pass);
    }
}
