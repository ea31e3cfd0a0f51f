package kingfisher.optim.optimizer;

/** A number that changes over a run. */
public sealed interface Schedule {

    /** The value when a fraction {@code progress} in [0, 1] of the run is done. */
    double at(double progress);

    /** The same value throughout. */
    record Constant(double value) implements Schedule {
        @Override
        public double at(double progress) {
            return value;
        }
    }

    /** From {@code initial} in a straight line to zero at the end of the run. */
    record Linear(double initial) implements Schedule {
        @Override
        public double at(double progress) {
            return initial * Math.max(0, 1 - progress);
        }
    }
}
