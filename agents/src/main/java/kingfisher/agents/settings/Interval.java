package kingfisher.agents.settings;

/** The finite real numbers between two bounds, each of them included or not; an infinite bound is no bound. */
record Interval(double low, boolean lowIncluded, double high, boolean highIncluded) {

    static Interval any() {
        return new Interval(Double.NEGATIVE_INFINITY, false, Double.POSITIVE_INFINITY, false);
    }

    static Interval positive() {
        return new Interval(0, false, Double.POSITIVE_INFINITY, false);
    }

    static Interval atLeast(double low) {
        return new Interval(low, true, Double.POSITIVE_INFINITY, false);
    }

    static Interval closed(double low, double high) {
        return new Interval(low, true, high, true);
    }

    static Interval open(double low, double high) {
        return new Interval(low, false, high, false);
    }

    static Interval openClosed(double low, double high) {
        return new Interval(low, false, high, true);
    }

    static Interval closedOpen(double low, double high) {
        return new Interval(low, true, high, false);
    }

    boolean contains(double value) {
        boolean aboveLow = lowIncluded ? value >= low : value > low;
        boolean belowHigh = highIncluded ? value <= high : value < high;
        return Double.isFinite(value) && aboveLow && belowHigh;
    }

    /** Returns the interval in words, as in "a number in (0, 1]". */
    String words() {
        if (Double.isInfinite(high)) {
            if (Double.isInfinite(low)) {
                return "a number";
            }
            return (lowIncluded ? "a number of at least " : "a number greater than ") + Numbers.print(low);
        }
        return "a number in " + (lowIncluded ? '[' : '(') + Numbers.print(low) + ", " + Numbers.print(high)
                + (highIncluded ? ']' : ')');
    }
}
