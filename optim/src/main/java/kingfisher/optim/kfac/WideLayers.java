package kingfisher.optim.kfac;

/**
 * What is done about layers that are too wide for their factors to be kept and decomposed (Grosse, "Second-Order
 * Optimization", section 5.5).
 *
 * @param width a layer with more inputs or more outputs is wide; at least 1
 * @param form what is kept of it
 */
public record WideLayers(int width, Form form) {

    /** What is kept of a wide layer's curvature. */
    public enum Form {
        /** The diagonal of the layer's Fisher matrix, exactly, damped exactly with the λ of the step. */
        DIAGONAL,
        /**
         * {@code A ⊗ S} with a diagonal matrix for the factor that is too wide: its units count as independent of each other,
         * the other factor stays whole. A layer that is wide on both sides keeps two diagonals.
         */
        DIAGONAL_FACTOR
    }

    /** Checks the width. */
    public WideLayers {
        if (width < 1) {
            throw new IllegalArgumentException("width of wide layers must be at least 1: " + width);
        }
    }
}
