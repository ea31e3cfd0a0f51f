package kingfisher.optim.proximal;

/**
 * How much it counts that a network stays near what it was.
 *
 * @param function λ_FSP, on its predictions; at least 0
 * @param weight λ_WSP, on its weights; at least 0
 */
public record ProximityWeights(double function, double weight) {

    /** Checks the ranges. */
    public ProximityWeights {
        require("function", function);
        require("weight", weight);
    }

    private static void require(String space, double found) {
        if (!(found >= 0 && found < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "the %s-space proximity must be finite and not negative: %s".formatted(space, found));
        }
    }
}
