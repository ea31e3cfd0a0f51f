package kingfisher.optim.solver;

/**
 * When {@link ConjugateGradient} stops and what it keeps.
 *
 * @param maxIterations most iterations, at least 1
 * @param relativeTolerance stops at ‖b - Cx‖ ≤ relativeTolerance · ‖b‖
 * @param absoluteTolerance stops at ‖b - Cx‖ ≤ absoluteTolerance
 * @param relativeProgress ε of Martens' rule, which stops at iteration i if {@code (φ_i - φ_{i-k}) / φ_i < kε} with
 *     {@code k = max(10, 0.1 i)}; 0 switches it off
 * @param recomputeEvery after how many iterations b - Cx is computed anew, at the price of one more product, at least 1;
 *     in between it is updated, which gathers rounding errors
 * @param snapshotGrowth the iterations whose x is kept grow by this factor, above 1; 0 keeps none
 * @param curvatureTolerance directions p with {@code pᵀCp ≤ curvatureTolerance · ‖p‖²} times the largest ‖Cp‖/‖p‖ seen
 *     count as without curvature; at least 0
 */
public record ConjugateGradientSettings(
        int maxIterations,
        double relativeTolerance,
        double absoluteTolerance,
        double relativeProgress,
        int recomputeEvery,
        double snapshotGrowth,
        double curvatureTolerance) {

    /** Checks the ranges. */
    public ConjugateGradientSettings {
        require(maxIterations >= 1, "maxIterations must be at least 1", maxIterations);
        require(relativeTolerance >= 0, "relativeTolerance must be at least 0", relativeTolerance);
        require(absoluteTolerance >= 0, "absoluteTolerance must be at least 0", absoluteTolerance);
        require(relativeProgress >= 0, "relativeProgress must be at least 0", relativeProgress);
        require(recomputeEvery >= 1, "recomputeEvery must be at least 1", recomputeEvery);
        require(snapshotGrowth == 0 || snapshotGrowth > 1, "snapshotGrowth must be 0 or above 1", snapshotGrowth);
        require(curvatureTolerance >= 0, "curvatureTolerance must be at least 0", curvatureTolerance);
    }

    /** Returns settings that solve to a relative residual, without the rule of Martens and without snapshots. */
    public static ConjugateGradientSettings exact(int maxIterations, double relativeTolerance) {
        return new ConjugateGradientSettings(maxIterations, relativeTolerance, 0, 0, 50, 0, 1e-15);
    }

    /** Returns the settings of Hessian-free optimization (Martens 2010, §4.4 and §4.6). */
    public static ConjugateGradientSettings hessianFree() {
        return new ConjugateGradientSettings(250, 1e-10, 0, 5e-4, 50, 1.3, 1e-15);
    }

    private static void require(boolean holds, String rule, Number found) {
        if (!holds) {
            throw new IllegalArgumentException(rule + ": " + found);
        }
    }
}
