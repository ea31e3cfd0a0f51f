package kingfisher.agents.policy;

import java.util.Arrays;
import kingfisher.envs.DiscreteSpace;
import kingfisher.envs.MultiDiscreteSpace;
import kingfisher.envs.Space;

/** Turns an environment's observations into a network's inputs: numbers as they are, discrete values as one-hot blocks. */
public final class ObservationEncoder {

    private final int rawSize;
    private final int size;
    private final int[] counts;
    private final int[] starts;

    /** Creates the encoder for an observation space. */
    public ObservationEncoder(Space space) {
        rawSize = space.size();
        if (space instanceof DiscreteSpace discrete) {
            counts = new int[] {discrete.n()};
            starts = new int[] {discrete.start()};
        } else if (space instanceof MultiDiscreteSpace multi) {
            counts = multi.counts();
            starts = multi.starts();
        } else {
            counts = new int[0];
            starts = new int[0];
        }
        int width = 0;
        for (int count : counts) {
            width += count;
        }
        size = counts.length == 0 ? rawSize : width;
    }

    /** Number of network inputs for one observation. */
    public int size() {
        return size;
    }

    /** Writes the inputs [rows × {@link #size}] for {@code rows} observations. */
    public void encode(int rows, double[] observations, double[] inputs) {
        if (counts.length == 0) {
            System.arraycopy(observations, 0, inputs, 0, rows * size);
            return;
        }
        Arrays.fill(inputs, 0, rows * size, 0);
        for (int row = 0; row < rows; row++) {
            int block = row * size;
            for (int i = 0; i < counts.length; i++) {
                inputs[block + (int) observations[row * rawSize + i] - starts[i]] = 1;
                block += counts[i];
            }
        }
    }
}
