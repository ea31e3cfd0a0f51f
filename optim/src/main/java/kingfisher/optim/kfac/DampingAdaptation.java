package kingfisher.optim.kfac;

/**
 * The Levenberg-Marquardt rule for λ (Grosse, "Second-Order Optimization", section 3; Martens and Grosse 2015, section
 * 6.5): every few steps λ is divided by a factor if ρ is below 1/4, and multiplied by it if ρ is above 3/4.
 *
 * @param factor in (0, 1)
 * @param interval steps from one decision to the next
 * @param minimum the least λ, positive
 * @param maximum the largest λ
 * @param model what ρ compares the loss with
 */
public record DampingAdaptation(double factor, int interval, double minimum, double maximum, Model model) {

    /** Below this ρ, λ grows. */
    public static final double LOW = 0.25;

    /** Above this ρ, λ shrinks. */
    public static final double HIGH = 0.75;

    /** Whether the quadratic model in ρ has the damping in it. */
    public enum Model {
        /** It has, equation (14): an exact step on a quadratic objective then gives ρ from 1 to 2. */
        DAMPED,
        /** It hasn't, as in kfac-jax and tensorflow/kfac: ρ is smaller, and on a quadratic objective 1. */
        UNDAMPED
    }

    /** Checks the ranges. */
    public DampingAdaptation {
        if (!(factor > 0 && factor < 1)) {
            throw new IllegalArgumentException("factor of the damping must be in (0, 1): " + factor);
        }
        if (interval < 1) {
            throw new IllegalArgumentException("interval of the damping must be at least 1: " + interval);
        }
        if (!(minimum > 0 && minimum <= maximum && maximum < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("least and largest damping must be positive, finite and in order: %s, %s"
                    .formatted(minimum, maximum));
        }
    }

    /** The chapter's rule: factor 2/3 at every step, and the damping in the model. */
    public static DampingAdaptation everyStep() {
        return new DampingAdaptation(2.0 / 3, 1, 1e-8, 1e8, Model.DAMPED);
    }

    /** The rule of the K-FAC paper: factor 0.95⁵ at every fifth step, for noisy losses. */
    public static DampingAdaptation everyFifthStep() {
        return new DampingAdaptation(Math.pow(0.95, 5), 5, 1e-8, 1e8, Model.DAMPED);
    }

    /** Throws {@link IllegalArgumentException} if a λ is not between the least and the largest. */
    public void requireInBounds(double damping) {
        if (!(damping >= minimum && damping <= maximum)) {
            throw new IllegalArgumentException("damping must be between its least and largest value, %s and %s: %s"
                    .formatted(minimum, maximum, damping));
        }
    }

    /** Whether λ is decided on after the step of this number, from 0. */
    public boolean isDue(long step) {
        return (step + 1) % interval == 0;
    }

    /** Returns the λ that follows from a ratio. */
    public double next(double damping, ReductionRatio ratio) {
        return switch (ratio.outcome()) {
            case NO_INFORMATION -> damping;
            case NOT_FINITE, BAD_MODEL -> increased(damping);
            case FOUND -> {
                if (ratio.value() < LOW) {
                    yield increased(damping);
                }
                yield ratio.value() > HIGH ? Math.max(minimum, damping * factor) : damping;
            }
        };
    }

    /** Returns the λ that follows from a step that was taken back. */
    public double increased(double damping) {
        return Math.min(maximum, damping / factor);
    }
}
