package kingfisher.optim.newton;

/**
 * When a {@link GradientMinimizer} stops, and how exact its line searches are.
 *
 * @param maxIterations most line searches, at least 1
 * @param gradientTolerance stops at ‖∇J‖ ≤ gradientTolerance, at least 0
 * @param sufficientDecrease c₁ of Wolfe's conditions: J falls by at least c₁ times what the slope promises; in (0, ½)
 * @param sufficientFlatness c₂ of Wolfe's conditions: the slope falls to at most c₂ times what it was; in (c₁, 1)
 * @param rounding values of J that differ by less than this part of it count as equal, so that near a minimum the slopes
 *     alone decide; in [0, 1)
 */
public record MinimizerSettings(
        int maxIterations,
        double gradientTolerance,
        double sufficientDecrease,
        double sufficientFlatness,
        double rounding) {

    private static final double DOUBLE_ROUNDING = 1e-11;

    /** Checks the ranges. */
    public MinimizerSettings {
        require(maxIterations >= 1, "maxIterations must be at least 1", maxIterations);
        require(gradientTolerance >= 0, "gradientTolerance must be at least 0", gradientTolerance);
        require(
                sufficientDecrease > 0 && sufficientDecrease < 0.5,
                "sufficientDecrease must be in (0, 0.5)",
                sufficientDecrease);
        require(
                sufficientFlatness > sufficientDecrease && sufficientFlatness < 1,
                "sufficientFlatness must be above sufficientDecrease and below 1",
                sufficientFlatness);
        require(rounding >= 0 && rounding < 1, "rounding must be in [0, 1)", rounding);
    }

    /**
     * Returns the settings for {@link Bfgs} and {@link LimitedMemoryBfgs} (Nocedal and Wright 2006, section 3.1), for functions
     * in double.
     */
    public static MinimizerSettings quasiNewton(int maxIterations, double gradientTolerance) {
        return new MinimizerSettings(maxIterations, gradientTolerance, 1e-4, 0.9, DOUBLE_ROUNDING);
    }

    /**
     * Returns the settings for {@link ConjugateDirections}, which need flatter points (Nocedal and Wright 2006, section 5.2),
     * for functions in double.
     */
    public static MinimizerSettings conjugate(int maxIterations, double gradientTolerance) {
        return new MinimizerSettings(maxIterations, gradientTolerance, 1e-4, 0.1, DOUBLE_ROUNDING);
    }

    /** Returns these with another size of what counts as rounding: about 1e-6 for functions in float. */
    public MinimizerSettings withRounding(double newRounding) {
        return new MinimizerSettings(
                maxIterations, gradientTolerance, sufficientDecrease, sufficientFlatness, newRounding);
    }

    private static void require(boolean holds, String rule, Number found) {
        if (!holds) {
            throw new IllegalArgumentException(rule + ": " + found);
        }
    }
}
