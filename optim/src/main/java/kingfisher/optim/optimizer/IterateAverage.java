package kingfisher.optim.optimizer;

import kingfisher.optim.backend.Backend;
import kingfisher.optim.network.ParameterVector;

/**
 * The average of the parameters over steps, which is often better than the last of them where gradients are noisy (Polyak
 * and Juditsky 1992, "Acceleration of stochastic approximation by averaging").
 *
 * <p>With {@code n ← ηn + 1} and {@code average ← (1 - 1/n) average + w / n} the first update takes w as it is, so there is
 * no bias towards where the average started. With η = 1 all steps since then count alike; with η below 1
 * a step counts {@code ηᵗ} times as much after t further ones. Allocates nothing after its construction.
 */
public final class IterateAverage {

    private final double decay;
    private final ParameterVector average;
    private double weight;

    private IterateAverage(ParameterVector parameters, double decay) {
        if (!(decay >= 0 && decay <= 1)) {
            throw new IllegalArgumentException("decay of the iterate average must be in [0, 1]: " + decay);
        }
        this.decay = decay;
        this.average = parameters.zerosLike();
    }

    /** Returns an average, for vectors with the layout of {@code parameters}, in which all steps count alike. */
    public static IterateAverage uniform(ParameterVector parameters) {
        return new IterateAverage(parameters, 1);
    }

    /**
     * Returns an average, for vectors with the layout of {@code parameters}, in which the past fades.
     *
     * @param decay η, in [0, 1]: about the last {@code 1 / (1 - η)} steps count
     * @throws IllegalArgumentException if η is not in its range
     */
    public static IterateAverage exponential(ParameterVector parameters, double decay) {
        return new IterateAverage(parameters, decay);
    }

    /**
     * Takes the parameters after a step into the average.
     *
     * @param parameters of the layout; not modified
     */
    public void update(ParameterVector parameters) {
        weight = decay * weight + 1;
        double share = 1 / weight;
        Backend backend = average.backend();
        backend.scale(1 - share, average.values());
        backend.addScaled(share, parameters.values(), average.values());
    }

    /**
     * The average, in place: a network over this vector is the averaged one. Zeros before the first update; with {@link
     * #weight} all that a checkpoint needs.
     */
    public ParameterVector average() {
        return average;
    }

    /** How many steps the average counts for: n. */
    public double weight() {
        return weight;
    }

    /**
     * Sets what the average counts for, when {@link #average} has been restored; 0 lets it start anew.
     *
     * @throws IllegalArgumentException if the weight is negative or not finite
     */
    public void restoreWeight(double value) {
        if (!(value >= 0 && value <= Double.MAX_VALUE)) {
            throw new IllegalArgumentException("weight of the iterate average must be at least 0 and finite: " + value);
        }
        weight = value;
    }
}
