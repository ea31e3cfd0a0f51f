package kingfisher.optim.distribution;

/** The critical value of Pearson's test. */
final class ChiSquare {
    private ChiSquare() {}

    /** Returns what a chi-square variable exceeds as rarely as a normal one exceeds 4 (Wilson and Hilferty 1931). */
    static double fourDeviations(int degreesOfFreedom) {
        double variance = 2.0 / (9 * degreesOfFreedom);
        return degreesOfFreedom * Math.pow(1 - variance + 4 * Math.sqrt(variance), 3);
    }
}
