package kingfisher.optim.distribution;

import java.util.Arrays;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * The distribution {@code p_i = exp(x_i) / Σ_j exp(x_j)} of one block of logits {@code x = logits[at], …}.
 *
 * <p>With {@code s_i = x_i - max x}, {@code log p_i = s_i - log Σ_j exp(s_j)}: no exponential overflows, and the sum is
 * at least 1. A logit of -infinity is a class of probability 0; where {@code exp(s_i)} is 0, {@code s_i exp(s_i)} is
 * taken as its limit 0. A NaN, a +infinity or nothing but -infinity makes the sum NaN, and with it every result. Nothing
 * is stored between the pass that sums and the pass that uses the sum: for the few classes of an action space a second
 * exponential costs less than scratch that would have to be handed about.
 */
final class Softmax {
    private Softmax() {}

    /** Returns the index that an action stands for, or -1 for NaN. */
    static int index(double action, int classes, int row) {
        int index = (int) action;
        if (index == action && index >= 0 && index < classes) {
            return index;
        }
        if (Double.isNaN(action)) {
            return -1;
        }
        throw new IllegalArgumentException(
                "action of row %d must be a whole number in [0, %d): %s".formatted(row, classes, action));
    }

    /** {@code result_i = p_i}. */
    static void probabilities(double[] logits, int at, int classes, double[] result) {
        double maximum = maximum(logits, at, classes);
        double scale = 1 / sum(logits, at, classes, maximum);
        for (int i = 0; i < classes; i++) {
            result[at + i] = scale * power(logits[at + i] - maximum);
        }
    }

    /** Draws an index by inversion, from one uniform number. */
    static int sample(double[] logits, int at, int classes, UniformRandomProvider random, int row) {
        double maximum = maximum(logits, at, classes);
        double sum = sum(logits, at, classes, maximum);
        if (Double.isNaN(sum)) {
            throw new ArithmeticException("logits of row %d define no distribution: %s"
                    .formatted(row, Arrays.toString(Arrays.copyOfRange(logits, at, at + classes))));
        }
        // u < 1 rounds to a target below the sum, so that the search ends, and at a class of positive probability
        double target = random.nextDouble() * sum;
        int index = 0;
        double cumulated = power(logits[at] - maximum);
        while (cumulated <= target && index < classes - 1) {
            index++;
            cumulated += power(logits[at + index] - maximum);
        }
        return index;
    }

    /** Returns the first index of the largest logit, or NaN. */
    static double mode(double[] logits, int at, int classes) {
        double maximum = logits[at];
        int index = 0;
        boolean defined = true;
        for (int i = 0; i < classes; i++) {
            double logit = logits[at + i];
            defined &= logit < Double.POSITIVE_INFINITY;
            if (logit > maximum) {
                maximum = logit;
                index = i;
            }
        }
        return defined && maximum > Double.NEGATIVE_INFINITY ? index : Double.NaN;
    }

    static double logProbability(double[] logits, int at, int classes, int index) {
        if (index < 0) {
            return Double.NaN;
        }
        double maximum = maximum(logits, at, classes);
        return logits[at + index] - maximum - Math.log(sum(logits, at, classes, maximum));
    }

    /** {@code log Σ exp(s) - Σ p s}. */
    static double entropy(double[] logits, int at, int classes) {
        double maximum = maximum(logits, at, classes);
        double sum = 0;
        double weighted = 0;
        for (int i = 0; i < classes; i++) {
            double shifted = logits[at + i] - maximum;
            double power = power(shifted);
            sum += power;
            weighted += power == 0 ? 0 : power * shifted;
        }
        return Math.log(sum) - weighted / sum;
    }

    /** {@code Σ p (s - s') - log Σ exp(s) + log Σ exp(s')}, without the sign that rounding may give a result of 0. */
    static double kullbackLeibler(double[] from, double[] to, int at, int classes) {
        double fromMaximum = maximum(from, at, classes);
        double toMaximum = maximum(to, at, classes);
        double fromSum = 0;
        double toSum = 0;
        double weighted = 0;
        for (int i = 0; i < classes; i++) {
            double fromShifted = from[at + i] - fromMaximum;
            double toShifted = to[at + i] - toMaximum;
            double power = power(fromShifted);
            fromSum += power;
            toSum += power(toShifted);
            weighted += power == 0 ? 0 : power * (fromShifted - toShifted);
        }
        return Math.max(0, weighted / fromSum - Math.log(fromSum) + Math.log(toSum));
    }

    /** {@code ∂ log p_a / ∂ x_i = [i = a] - p_i}. */
    static void addLogProbabilityGradient(
            double[] logits, int at, int classes, int index, double weight, double[] gradient) {
        addProbabilities(logits, at, classes, index < 0 ? Double.NaN : -weight, gradient);
        if (index >= 0) {
            gradient[at + index] += weight;
        }
    }

    /** {@code ∂ H / ∂ x_i = -p_i (log p_i + H) = -p_i (s_i - Σ_j p_j s_j)}. */
    static void addEntropyGradient(double[] logits, int at, int classes, double weight, double[] gradient) {
        double maximum = maximum(logits, at, classes);
        double sum = 0;
        double weighted = 0;
        for (int i = 0; i < classes; i++) {
            double shifted = logits[at + i] - maximum;
            double power = power(shifted);
            sum += power;
            weighted += power == 0 ? 0 : power * shifted;
        }
        double mean = weighted / sum;
        double scale = weight / sum;
        for (int i = 0; i < classes; i++) {
            double shifted = logits[at + i] - maximum;
            double power = power(shifted);
            gradient[at + i] -= scale * (power == 0 ? 0 : power * (shifted - mean));
        }
    }

    /** {@code ∂ KL(p ‖ p') / ∂ x'_i = p'_i - p_i}. */
    static void addKullbackLeiblerGradient(
            double[] from, double[] to, int at, int classes, double weight, double[] gradient) {
        addProbabilities(to, at, classes, weight, gradient);
        addProbabilities(from, at, classes, -weight, gradient);
    }

    /**
     * {@code F r = p ∘ (r - pᵀr)}, with r counted from its element at the most probable class: then a constant r gives
     * exactly 0, and where that class is nearly certain the small differences keep their digits.
     */
    static void addFisherProduct(
            double[] logits, double[] vector, int at, int classes, double weight, double[] product) {
        double maximum = maximum(logits, at, classes);
        double origin = vector[at + (int) mode(logits, at, classes)];
        double sum = 0;
        double weighted = 0;
        for (int i = 0; i < classes; i++) {
            double power = power(logits[at + i] - maximum);
            sum += power;
            weighted += power * (vector[at + i] - origin);
        }
        double mean = weighted / sum;
        double scale = weight / sum;
        for (int i = 0; i < classes; i++) {
            double power = power(logits[at + i] - maximum);
            product[at + i] += scale * power * (vector[at + i] - origin - mean);
        }
    }

    /**
     * {@code √p_c (e_c - p)}, whose element at c is the sum of the other probabilities: it keeps its digits where c is
     * nearly certain.
     */
    static void addFisherFactorColumn(
            double[] logits, int at, int classes, int column, double weight, double[] product) {
        double maximum = maximum(logits, at, classes);
        double others = 0;
        for (int i = 0; i < classes; i++) {
            others += i == column ? 0 : power(logits[at + i] - maximum);
        }
        double shifted = logits[at + column] - maximum;
        double sum = others + power(shifted);
        double scale = weight * power(0.5 * shifted) / (Math.sqrt(sum) * sum);
        for (int i = 0; i < classes; i++) {
            product[at + i] += scale * (i == column ? others : -power(logits[at + i] - maximum));
        }
    }

    /** {@code gradient_i += weight · p_i}. */
    private static void addProbabilities(double[] logits, int at, int classes, double weight, double[] gradient) {
        double maximum = maximum(logits, at, classes);
        double scale = weight / sum(logits, at, classes, maximum);
        for (int i = 0; i < classes; i++) {
            gradient[at + i] += scale * power(logits[at + i] - maximum);
        }
    }

    /** Returns the largest logit that is not NaN, if the first is not. */
    private static double maximum(double[] logits, int at, int classes) {
        double maximum = logits[at];
        for (int i = 1; i < classes; i++) {
            double logit = logits[at + i];
            maximum = logit > maximum ? logit : maximum;
        }
        return maximum;
    }

    private static double sum(double[] logits, int at, int classes, double maximum) {
        double sum = 0;
        for (int i = 0; i < classes; i++) {
            sum += power(logits[at + i] - maximum);
        }
        return sum;
    }

    /** {@code exp(s)}; every block's maximum has s = 0, and at two classes leaving it out saves a fifth of the time. */
    private static double power(double shifted) {
        return shifted == 0 ? 1 : Math.exp(shifted);
    }
}
