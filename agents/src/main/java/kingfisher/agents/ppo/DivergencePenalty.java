package kingfisher.agents.ppo;

/**
 * The coefficient β of the KL penalty, fixed or adapted after each update (Schulman et al. 2017, §4): halved where the
 * divergence was below the target by more than a factor 1.5, doubled where it was above by as much.
 */
final class DivergencePenalty {

    private static final double TOLERANCE = 1.5;
    private static final double FACTOR = 2;
    private static final double SMALLEST = 1e-6;
    private static final double LARGEST = 1e6;

    private final boolean adaptive;
    private final double target;
    private double coefficient;

    DivergencePenalty(boolean adaptive, double coefficient, double target) {
        this.adaptive = adaptive;
        this.coefficient = coefficient;
        this.target = target;
    }

    double coefficient() {
        return coefficient;
    }

    /** Takes in the mean divergence over an update's last epoch, where the original takes that after the update. */
    void adapt(double divergence) {
        if (!adaptive) {
            return;
        }
        if (divergence < target / TOLERANCE) {
            coefficient = Math.max(SMALLEST, coefficient / FACTOR);
        } else if (divergence > target * TOLERANCE) {
            coefficient = Math.min(LARGEST, coefficient * FACTOR);
        }
    }

    void restore(double value) {
        coefficient = value;
    }
}
