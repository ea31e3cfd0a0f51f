package kingfisher.experiments.report;

/** Whether a task's runs reach its goal. */
enum Verdict {
    /** All runs are done and reach it. */
    REACHED("**reached**"),
    /** All runs are done and do not. */
    MISSED("**missed**"),
    /** Runs are missing. */
    OPEN("open");

    private final String text;

    Verdict(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }
}
