package kingfisher.optim.kfac;

/** On which thread statistics are averaged and decomposed, and when the result counts. */
public enum Execution {
    /** On the thread that steps, at once. */
    SYNCHRONOUS,
    /** Beside the steps; a decomposition counts from the first step that finds it ready. Bits depend on the clock. */
    ASYNCHRONOUS,
    /**
     * Beside the steps; a decomposition counts from a fixed number of steps after it was begun, for which a step waits if it
     * must. Bits do not depend on the clock.
     */
    DETERMINISTIC
}
