package kingfisher.optim.kfac;

import org.jspecify.annotations.Nullable;

/** Counts failures that can be lived with, until there are too many in a row. */
final class FailureCount {

    private final int tolerated;
    private long total;
    private long inRow;

    FailureCount(int tolerated) {
        this.tolerated = tolerated;
    }

    /**
     * Counts an attempt.
     *
     * @param failure what is wrong, or null if nothing is
     * @param tolerable whether there is something to go on with
     * @throws NumericalFailureException if the failure cannot be lived with
     */
    void account(@Nullable String failure, boolean tolerable) {
        if (failure == null) {
            inRow = 0;
            return;
        }
        total++;
        inRow++;
        if (!tolerable) {
            throw new NumericalFailureException(failure + ", and there is nothing from before to go on with");
        }
        if (inRow > tolerated) {
            throw new NumericalFailureException(
                    "%s, for the %d. time in a row; %d are tolerated".formatted(failure, inRow, tolerated));
        }
    }

    long total() {
        return total;
    }

    double[] state() {
        return new double[] {total, inRow};
    }

    void restore(double[] state) {
        total = (long) state[0];
        inRow = (long) state[1];
    }
}
