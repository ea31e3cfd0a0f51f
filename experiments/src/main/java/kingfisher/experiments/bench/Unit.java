package kingfisher.experiments.bench;

/** What a sample counts. */
enum Unit {
    /** Environment steps a second of the whole training loop. */
    STEPS_PER_SECOND("steps/s", true),
    /** Milliseconds that one piece of work takes. */
    MILLISECONDS("ms", false),
    /** Iterations of a solver. */
    ITERATIONS("iterations", false);

    private final String text;
    private final boolean higherIsFaster;

    Unit(String text, boolean higherIsFaster) {
        this.text = text;
        this.higherIsFaster = higherIsFaster;
    }

    String text() {
        return text;
    }

    /** How many times as fast as the peer: more than 1 where ours is faster. */
    double ratio(double ours, double peer) {
        return higherIsFaster ? ours / peer : peer / ours;
    }
}
