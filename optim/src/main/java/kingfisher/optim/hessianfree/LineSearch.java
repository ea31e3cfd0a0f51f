package kingfisher.optim.hessianfree;

/**
 * Shortens a step until the loss has fallen enough: {@code J(w + αp) ≤ J(w) + cα∇ᵀp}, α = 1, shrink, shrink², …
 *
 * @param maxSteps most times that α shrinks, at least 1
 * @param shrink in (0, 1)
 * @param sufficientDecrease c, in [0, 1)
 */
public record LineSearch(int maxSteps, double shrink, double sufficientDecrease) {

    /** Checks the ranges. */
    public LineSearch {
        if (maxSteps < 1) {
            throw new IllegalArgumentException("steps of a line search must be at least 1: " + maxSteps);
        }
        if (!(shrink > 0 && shrink < 1)) {
            throw new IllegalArgumentException("shrink of a line search must be in (0, 1): " + shrink);
        }
        if (!(sufficientDecrease >= 0 && sufficientDecrease < 1)) {
            throw new IllegalArgumentException(
                    "sufficient decrease of a line search must be in [0, 1): " + sufficientDecrease);
        }
    }

    /** Returns 60 times 0.8 with c = 0.01 (Martens 2010). */
    public static LineSearch defaults() {
        return new LineSearch(60, 0.8, 0.01);
    }
}
