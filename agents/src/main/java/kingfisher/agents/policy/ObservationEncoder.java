package kingfisher.agents.policy;

import java.util.Arrays;
import kingfisher.envs.CompositeSpace;
import kingfisher.envs.DiscreteSpace;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.MultiDiscreteSpace;
import kingfisher.envs.Space;

/**
 * Turns an environment's observations into a network's inputs: discrete values become one-hot blocks, numbers stay as they
 * are, in the order in which the observation has them.
 */
public final class ObservationEncoder {

    private final int rawSize;
    private final int size;
    private final boolean discrete;
    private final int[] counts; // of the values that each number of an observation can have; 0 if it is no discrete one
    private final int[] starts;

    /**
     * Creates the encoder for an observation space.
     *
     * @throws InvalidInputException if it has more discrete values than a network can have inputs
     */
    public ObservationEncoder(Space space) {
        rawSize = space.size();
        int[] valueCounts = new int[rawSize];
        int[] smallest = new int[rawSize];
        int offset = 0;
        for (CompositeSpace.Part part : SpaceParts.of(space)) {
            if (part.space() instanceof DiscreteSpace choice) {
                valueCounts[offset] = choice.n();
                smallest[offset] = choice.start();
            } else if (part.space() instanceof MultiDiscreteSpace choices) {
                System.arraycopy(choices.counts(), 0, valueCounts, offset, choices.size());
                System.arraycopy(choices.starts(), 0, smallest, offset, choices.size());
            }
            offset += part.space().size();
        }
        long width = 0;
        boolean any = false;
        for (int count : valueCounts) {
            width += Math.max(1, count);
            any |= count > 0;
        }
        if (width > Integer.MAX_VALUE) {
            throw new InvalidInputException(
                    "the observation space has " + width + " values, too many for an input each: " + space);
        }
        size = (int) width;
        discrete = any;
        counts = any ? valueCounts : new int[0]; // images are large
        starts = any ? smallest : new int[0];
    }

    /** Number of network inputs for one observation. */
    public int size() {
        return size;
    }

    /** Whether each input belongs to a one-hot block [size]. */
    boolean[] oneHot() {
        boolean[] inputs = new boolean[size];
        int input = 0;
        for (int count : counts) {
            Arrays.fill(inputs, input, input + count, true);
            input += Math.max(1, count);
        }
        return inputs;
    }

    /**
     * Writes the inputs [rows × {@link #size}] for {@code rows} observations.
     *
     * @throws InvalidInputException if a discrete value is none of its space
     */
    public void encode(int rows, double[] observations, double[] inputs) {
        if (!discrete) {
            System.arraycopy(observations, 0, inputs, 0, rows * size);
            return;
        }
        Arrays.fill(inputs, 0, rows * size, 0);
        int input = 0;
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < rawSize; i++) {
                double value = observations[row * rawSize + i];
                if (counts[i] == 0) {
                    inputs[input++] = value;
                } else {
                    inputs[input + index(i, value)] = 1;
                    input += counts[i];
                }
            }
        }
    }

    private int index(int element, double value) {
        double index = value - starts[element];
        if (!(index >= 0 && index < counts[element]) || index != Math.rint(index)) {
            throw new InvalidInputException("number " + element + " of an observation must be a whole number from "
                    + starts[element] + " to " + ((long) starts[element] + counts[element] - 1) + ": " + value);
        }
        return (int) index;
    }
}
