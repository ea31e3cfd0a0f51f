package kingfisher.optim.kfac;

/**
 * The weight that a moving average's past has, equation (25): with {@code w ← ηw + 1} and
 * {@code average ← (1 - 1/w) average + batch / w} the first update takes the batch as it is, so there is no bias towards
 * where the average started, and in the long run {@code w = 1/(1 - η)}, the chapter's rule.
 */
final class AverageWeight {

    private final double decay;
    private double weight;
    private double initialRows;

    AverageWeight(double decay) {
        this.decay = decay;
    }

    /** Returns what one more batch's share of the average is. */
    double next() {
        initialRows = 0;
        weight = decay * weight + 1;
        return 1 / weight;
    }

    /**
     * Returns what the share of a batch of the initial estimate is (Algorithm 1): batches count by their rows, and all
     * together as much as an average of the long run.
     */
    double initial(double rows) {
        if (weight > 0 && initialRows == 0) {
            throw new IllegalStateException("an initial estimate comes before the first step");
        }
        initialRows += rows;
        weight = 1 / (1 - decay);
        return rows / initialRows;
    }

    boolean isEmpty() {
        return weight == 0;
    }

    double[] state() {
        return new double[] {weight, initialRows};
    }

    void restore(double[] state) {
        weight = state[0];
        initialRows = state[1];
    }
}
