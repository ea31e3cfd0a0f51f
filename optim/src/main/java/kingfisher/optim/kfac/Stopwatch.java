package kingfisher.optim.kfac;

/** Measures the stages of a step, one behind the other. */
public final class Stopwatch {

    private long last;

    /** Starts. */
    public Stopwatch() {
        last = System.nanoTime();
    }

    /** Returns the nanoseconds since the last call, or since the start. */
    public long lap() {
        long now = System.nanoTime();
        long elapsed = now - last;
        last = now;
        return elapsed;
    }
}
