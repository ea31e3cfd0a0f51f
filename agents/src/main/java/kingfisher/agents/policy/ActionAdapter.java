package kingfisher.agents.policy;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.CompositeSpace;
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
     * Returns the adapter for an environment's action space: a composite one has one distribution over all its parts.
     *
     * @throws InvalidInputException if no distribution fits the space
     */
    public static ActionAdapter of(EnvironmentSpecification specification) {
        Space space = specification.actionSpace();
        List<Space> parts =
                SpaceParts.of(space).stream().map(CompositeSpace.Part::space).toList();
        if (parts.stream().allMatch(ActionAdapter::isFloatingPoint)) {
            return continuous(parts);
        }
        if (parts.stream().allMatch(ActionAdapter::isDiscrete)) {
            return discrete(parts);
        }
        boolean mixed = parts.stream().allMatch(part -> isFloatingPoint(part) || isDiscrete(part));
        throw new InvalidInputException("the action space of " + specification.id()
                + (mixed
                        ? " must be all discrete or all Boxes of floating-point numbers, not both: "
                        : " must be Discrete, MultiDiscrete, MultiBinary or a Box of floating-point numbers: ")
                + space);
    }

    private static boolean isFloatingPoint(Space space) {
        return space instanceof BoxSpace box && !box.type().isInteger();
    }

    private static boolean isDiscrete(Space space) {
        return space instanceof DiscreteSpace
                || space instanceof MultiDiscreteSpace
                || space instanceof MultiBinarySpace;
    }

    private static ActionAdapter continuous(List<Space> boxes) {
        double[] low = concatenate(boxes, space -> ((BoxSpace) space).low());
        double[] high = concatenate(boxes, space -> ((BoxSpace) space).high());
        return new ActionAdapter(DiagonalGaussian.of(low.length), new double[low.length], low, high);
    }

    private static ActionAdapter discrete(List<Space> choices) {
        double[] starts = concatenate(choices, ActionAdapter::starts);
        double[] low = new double[starts.length];
        double[] high = new double[starts.length];
        Arrays.fill(low, Double.NEGATIVE_INFINITY);
        Arrays.fill(high, Double.POSITIVE_INFINITY);
        return new ActionAdapter(distribution(choices), starts, low, high);
    }

    private static Distribution distribution(List<Space> choices) {
        if (choices.size() == 1 && choices.get(0) instanceof DiscreteSpace discrete) {
            return Categorical.of(discrete.n());
        }
        if (choices.stream().allMatch(MultiBinarySpace.class::isInstance)) {
            return Bernoulli.of(choices.stream().mapToInt(Space::size).sum());
        }
        return MultiCategorical.of(
                choices.stream().flatMapToInt(ActionAdapter::counts).toArray());
    }

    private static IntStream counts(Space choice) {
        if (choice instanceof DiscreteSpace discrete) {
            return IntStream.of(discrete.n());
        }
        return choice instanceof MultiDiscreteSpace multi
                ? Arrays.stream(multi.counts())
                : IntStream.generate(() -> 2).limit(choice.size());
    }

    private static double[] starts(Space choice) {
        if (choice instanceof DiscreteSpace discrete) {
            return new double[] {discrete.start()};
        }
        return choice instanceof MultiDiscreteSpace multi
                ? Arrays.stream(multi.starts()).asDoubleStream().toArray()
                : new double[choice.size()];
    }

    private static double[] concatenate(List<Space> parts, Function<Space, double[]> numbers) {
        return parts.stream().map(numbers).flatMapToDouble(Arrays::stream).toArray();
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
