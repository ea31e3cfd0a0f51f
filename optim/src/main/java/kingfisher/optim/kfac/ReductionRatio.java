package kingfisher.optim.kfac;

import kingfisher.optim.backend.Precision;

/**
 * How much of the predicted decrease of the objective came true, equation (14):
 * {@code ρ = (J(w) - J(w')) / (Q(w) - Q(w'))}.
 *
 * @param outcome whether there is a ratio
 * @param value ρ, or NaN if there is none
 */
public record ReductionRatio(Outcome outcome, double value) {

    /** What is known. */
    public enum Outcome {
        /** ρ. */
        FOUND,
        /** The model predicted no decrease: its minimum is not where the step went. */
        BAD_MODEL,
        /** The loss or the prediction is infinite or NaN. */
        NOT_FINITE,
        /** The losses differ by no more than their rounding. */
        NO_INFORMATION
    }

    /** Differences below this part of the loss are rounding, as the outputs are of single precision. */
    private static final double SINGLE_RESOLUTION = 1e-6;

    private static final double DOUBLE_RESOLUTION = 1e-14;

    /**
     * Compares a step with its prediction.
     *
     * @param before J(w)
     * @param after J(w')
     * @param predicted Q(w') - Q(w), negative if the model is good
     * @param precision in which the outputs were computed
     */
    public static ReductionRatio of(double before, double after, double predicted, Precision precision) {
        double change = after - before;
        if (!Double.isFinite(change) || !Double.isFinite(predicted)) {
            return new ReductionRatio(Outcome.NOT_FINITE, Double.NaN);
        }
        double resolution = precision == Precision.FLOAT ? SINGLE_RESOLUTION : DOUBLE_RESOLUTION;
        if (Math.abs(change) <= resolution * Math.abs(before)) {
            return new ReductionRatio(Outcome.NO_INFORMATION, Double.NaN);
        }
        if (predicted >= 0) {
            return new ReductionRatio(Outcome.BAD_MODEL, Double.NaN);
        }
        double ratio = change / predicted;
        return Double.isFinite(ratio)
                ? new ReductionRatio(Outcome.FOUND, ratio)
                : new ReductionRatio(Outcome.NOT_FINITE, Double.NaN);
    }
}
