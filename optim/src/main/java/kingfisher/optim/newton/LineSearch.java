package kingfisher.optim.newton;

import kingfisher.optim.linear.Vectors;

/**
 * Finds a point along a direction p that fulfils Wolfe's strong conditions,
 *
 * <pre>
 *   J(w + ap) ≤ J(w) + c₁ a ∇ᵀp        |∇J(w + ap)ᵀp| ≤ c₂ |∇ᵀp|
 * </pre>
 *
 * <p>by widening an interval until it must hold one, and narrowing it by interpolation (Nocedal and Wright 2006, section
 * 3.5). What is not finite counts as too high.
 */
final class LineSearch {

    private static final int TRIALS = 60;
    private static final double GROWTH = 4;

    /** An interpolated point keeps this part of the interval as distance from its ends. */
    private static final double MARGIN = 0.05;

    private final SmoothFunction function;
    private final double sufficientDecrease;
    private final double sufficientFlatness;
    private final double rounding;
    private final double[] point;
    private final double[] gradient;
    private double value;
    private int evaluations;
    private double noise;

    // the best so far, and an end of the interval in which a point must be; beyond is infinite while there is none
    private double bestLength;
    private double bestValue;
    private double bestSlope;
    private double endLength;
    private double endValue;
    private double endSlope;

    LineSearch(SmoothFunction function, MinimizerSettings settings) {
        this.function = function;
        this.sufficientDecrease = settings.sufficientDecrease();
        this.sufficientFlatness = settings.sufficientFlatness();
        this.rounding = settings.rounding();
        this.point = new double[function.size()];
        this.gradient = new double[function.size()];
    }

    /** Where the last search ended [n]; not to be modified. */
    double[] point() {
        return point;
    }

    /** ∇J at {@link #point} [n]; not to be modified. */
    double[] gradient() {
        return gradient;
    }

    /** J at {@link #point}. */
    double value() {
        return value;
    }

    /** How often the last search evaluated the function with its gradient. */
    int evaluations() {
        return evaluations;
    }

    /**
     * Searches.
     *
     * @param start w
     * @param startValue J(w)
     * @param direction p
     * @param startSlope ∇ᵀp, negative
     * @param firstLength the first a to try, positive
     * @return a, or 0 if no point was found that is lower than w
     */
    double search(double[] start, double startValue, double[] direction, double startSlope, double firstLength) {
        evaluations = 0;
        bestLength = 0;
        bestValue = startValue;
        bestSlope = startSlope;
        endLength = Double.POSITIVE_INFINITY;
        noise = rounding * Math.abs(startValue);
        double length = firstLength;
        for (int trial = 0; trial < TRIALS; trial++) {
            double slope = evaluate(start, direction, length);
            boolean finite = Double.isFinite(value) && Double.isFinite(slope) && Vectors.isFinite(gradient);
            boolean tooHigh =
                    value > startValue + sufficientDecrease * length * startSlope + noise || value > bestValue + noise;
            if (!finite || tooHigh) {
                setEnd(length, finite ? value : Double.NaN, slope);
            } else if (Math.abs(slope) <= -sufficientFlatness * startSlope) {
                return length;
            } else {
                if (slope * (endLength - bestLength) >= 0) {
                    setEnd(bestLength, bestValue, bestSlope);
                }
                bestLength = length;
                bestValue = value;
                bestSlope = slope;
            }
            double former = length;
            length = Double.isInfinite(endLength) ? GROWTH * length : between();
            if (length == former || length == bestLength || length == endLength || Double.isInfinite(length)) {
                break; // the interval holds no other number
            }
        }
        if (!(bestValue < startValue)) {
            return 0;
        }
        evaluate(start, direction, bestLength);
        return bestLength;
    }

    private void setEnd(double length, double newValue, double slope) {
        endLength = length;
        endValue = newValue;
        endSlope = slope;
    }

    private double evaluate(double[] start, double[] direction, double length) {
        for (int i = 0; i < point.length; i++) {
            point[i] = start[i] + length * direction[i];
        }
        value = function.value(point, gradient);
        evaluations++;
        return Vectors.dot(gradient, direction);
    }

    /**
     * The minimum of the cubic with the values and slopes at both ends, or where the values say nothing, of the parabola with
     * the slopes; kept off the ends. The middle if it has none.
     */
    private double between() {
        double width = endLength - bestLength;
        double share = Math.abs(endValue - bestValue) <= noise && bestSlope * endSlope < 0
                ? bestSlope / (bestSlope - endSlope)
                : shareOfCubic(width);
        if (!Double.isFinite(share)) {
            share = 0.5;
        }
        return bestLength + Math.min(1 - MARGIN, Math.max(MARGIN, share)) * width;
    }

    private double shareOfCubic(double width) {
        double first = bestSlope + endSlope - 3 * (endValue - bestValue) / width;
        double root = Math.copySign(Math.sqrt(first * first - bestSlope * endSlope), width);
        return 1 - (endSlope + root - first) / (endSlope - bestSlope + 2 * root);
    }
}
