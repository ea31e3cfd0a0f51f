package kingfisher.optim.optimizer;

/** Clipping of a gradient by its norm (Pascanu et al. 2013). */
public final class GradientClip {

    /** Keeps the quotient finite at a zero gradient; the value is PyTorch's. */
    private static final double MARGIN = 1e-6;

    private GradientClip() {}

    /** Returns the factor that brings a gradient of the given norm to at most {@code maximum}; at most 1. */
    public static double scale(double norm, double maximum) {
        return Math.min(1, maximum / (norm + MARGIN));
    }
}
