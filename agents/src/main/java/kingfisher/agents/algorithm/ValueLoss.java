package kingfisher.agents.algorithm;

import java.util.Optional;
import kingfisher.agents.policy.NetworkPass;
import kingfisher.agents.rollout.Rollout;
import kingfisher.agents.settings.ValueClipRule;

/**
 * The value function's part of the objective over a minibatch, {@code c (v - R)²}, and its gradient.
 *
 * <p>With value clipping v may move by at most ε from the old value v₀: OpenAI's baselines take the larger of both
 * squared errors, Stable-Baselines3 that of {@code v₀ + clip(v - v₀, -ε, ε)} alone. The sums are over examples since
 * {@link #reset}.
 */
public final class ValueLoss {

    private final double coefficient;
    private final Optional<Double> clip;
    private final ValueClipRule clipRule;
    private double lossSum;
    private long count;

    /** Creates the loss with the coefficient c, and the clip ε if there is one. */
    public ValueLoss(double coefficient, Optional<Double> clip, ValueClipRule clipRule) {
        this.coefficient = coefficient;
        this.clip = clip;
        this.clipRule = clipRule;
    }

    /** Starts the sums anew. */
    public void reset() {
        lossSum = 0;
        count = 0;
    }

    /** Writes the pass's value gradient for the examples {@code rows[offset], …} of the rollout. */
    public void apply(Rollout rollout, int[] rows, int offset, NetworkPass pass) {
        double[] values = pass.values();
        double[] gradient = pass.valueGradient();
        double bound = clip.orElse(Double.POSITIVE_INFINITY);
        for (int b = 0; b < pass.batch(); b++) {
            int row = rows[offset + b];
            double target = rollout.returns()[row];
            double old = rollout.values()[row];
            double change = values[b] - old;
            double error = values[b] - target;
            double slope = 2 * error;
            double loss = error * error;
            if (Math.abs(change) > bound) {
                double clippedError = old + Math.copySign(bound, change) - target;
                double clippedLoss = clippedError * clippedError;
                if (clipRule == ValueClipRule.CLIPPED || clippedLoss > loss) {
                    loss = clippedLoss;
                    slope = 0;
                }
            }
            lossSum += loss;
            gradient[b] = coefficient * slope;
        }
        count += pass.batch();
    }

    /** Mean squared error, without the coefficient. */
    public double meanLoss() {
        return lossSum / count;
    }
}
