package kingfisher.agents.policy;

import java.util.Arrays;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.DiscreteSpace;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.MultiBinarySpace;
import kingfisher.envs.MultiDiscreteSpace;
import kingfisher.envs.Space;
import kingfisher.optim.distribution.Bernoulli;
import kingfisher.optim.distribution.Categorical;
import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.distribution.Distribution;
import kingfisher.optim.distribution.MultiCategorical;

/**
 * Chooses the distribution for an action space and turns its outcomes into the environment's actions: discrete ones are
 * shifted to the space's start, continuous ones clipped to the box (the learner keeps the unclipped ones).
 */
public final class ActionAdapter {

    private final Distribution distribution;
    private final double[] shift;
    private final double[] low;
    private final double[] high;

    private ActionAdapter(Distribution distribution, double[] shift, double[] low, double[] high) {
        this.distribution = distribution;
        this.shift = shift;
        this.low = low;
        this.high = high;
    }

    /**
     * Returns the adapter for an environment's action space.
     *
     * @throws InvalidInputException if no distribution fits the space
     */
    public static ActionAdapter of(EnvironmentSpecification specification) {
        Space space = specification.actionSpace();
        if (space instanceof DiscreteSpace discrete) {
            return unbounded(Categorical.of(discrete.n()), new double[] {discrete.start()});
        }
        if (space instanceof MultiDiscreteSpace multi) {
            double[] starts = Arrays.stream(multi.starts()).asDoubleStream().toArray();
            return unbounded(MultiCategorical.of(multi.counts()), starts);
        }
        if (space instanceof MultiBinarySpace binary) {
            return unbounded(Bernoulli.of(binary.n()), new double[binary.n()]);
        }
        if (space instanceof BoxSpace box && !box.type().isInteger()) {
            int size = box.size();
            return new ActionAdapter(DiagonalGaussian.of(size), new double[size], box.low(), box.high());
        }
        throw new InvalidInputException("the action space of " + specification.id()
                + " must be Discrete, MultiDiscrete, MultiBinary or a Box of floating-point numbers: " + space);
    }

    private static ActionAdapter unbounded(Distribution distribution, double[] shift) {
        double[] low = new double[shift.length];
        double[] high = new double[shift.length];
        Arrays.fill(low, Double.NEGATIVE_INFINITY);
        Arrays.fill(high, Double.POSITIVE_INFINITY);
        return new ActionAdapter(distribution, shift, low, high);
    }

    /** The distribution that the policy head parametrises. */
    public Distribution distribution() {
        return distribution;
    }

    /** Writes the environment's form of {@code rows} outcomes [rows × action size] into {@code actions}. */
    public void toEnvironment(int rows, double[] outcomes, double[] actions) {
        int size = shift.length;
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < size; i++) {
                double action = outcomes[row * size + i] + shift[i];
                actions[row * size + i] = Math.max(low[i], Math.min(high[i], action));
            }
        }
    }
}
