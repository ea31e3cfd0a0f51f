package kingfisher.experiments.suite;

/** Hears of what happens in a suite, from one thread at a time. */
public interface SuiteListener {

    /**
     * A run has ended, and the tables have it.
     *
     * @param remark why it did not complete, on one line; empty if it did
     * @param left how many of the selected runs have not ended
     */
    void ended(RunRow row, String remark, int left);
}
