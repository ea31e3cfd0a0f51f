package kingfisher.optim.curvature;

import java.util.Arrays;

/** How much each row of a batch counts, relative to the others; at first all count alike. */
public final class RowWeights {

    private final double[] values;
    private double sum;
    private boolean uniform;

    /** Weighs {@code rows} rows alike. */
    public RowWeights(int rows) {
        if (rows < 1) {
            throw new IllegalArgumentException("a batch needs a row, found " + rows);
        }
        this.values = new double[rows];
        setUniform();
    }

    /** Lets all rows count alike, with weight 1. */
    public void setUniform() {
        Arrays.fill(values, 1);
        sum = values.length;
        uniform = true;
    }

    /**
     * Sets the weights ω; a row of weight 0 is masked.
     *
     * @param weights [B], none negative; copied
     * @throws IllegalArgumentException if there are not B weights, one is negative, or their sum is not positive
     */
    public void set(double[] weights) {
        if (weights.length != values.length) {
            throw new IllegalArgumentException(
                    "found %d row weights for %d rows".formatted(weights.length, values.length));
        }
        double total = 0;
        for (int b = 0; b < weights.length; b++) {
            if (!(weights[b] >= 0)) {
                throw new IllegalArgumentException(
                        "the weight of row %d must not be negative: %s".formatted(b, weights[b]));
            }
            total += weights[b];
        }
        if (!(total > 0 && total < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the sum of the row weights must be finite and positive: " + total);
        }
        System.arraycopy(weights, 0, values, 0, weights.length);
        sum = total;
        uniform = false;
    }

    /** ω [B]; not to be modified. */
    public double[] values() {
        return values;
    }

    /** Σ_b ω_b, positive. */
    public double sum() {
        return sum;
    }

    /** Whether all rows have weight 1. */
    public boolean isUniform() {
        return uniform;
    }

    /** {@code target_b = factor · ω_b}. */
    public void scaleInto(double factor, double[] target) {
        for (int b = 0; b < values.length; b++) {
            target[b] = factor * values[b];
        }
    }

    /** {@code target_b = √(factor · ω_b)}: what a row's cotangent is scaled by, so that its square counts ω_b. */
    public void rootInto(double factor, double[] target) {
        if (uniform) {
            Arrays.fill(target, 0, values.length, Math.sqrt(factor));
            return;
        }
        for (int b = 0; b < values.length; b++) {
            target[b] = Math.sqrt(factor * values[b]);
        }
    }
}
