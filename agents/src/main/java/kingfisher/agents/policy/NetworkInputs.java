package kingfisher.agents.policy;

import java.util.Arrays;

/**
 * What networks see of some environments side by side: the observations, encoded and normalized, and behind them, if that
 * is set, those that were acted on before in the same episode, as they were normalized then. Not for use by two threads at
 * once.
 */
public final class NetworkInputs {

    private final int rows;
    private final ObservationPipeline pipeline;
    private final int width;
    private final double[] current; // [rows * width]
    private final double[] previous; // [rows * width]; empty if it is not seen
    private final double[] inputs; // [rows * size]; the array of the current ones if those are all

    /** Creates the inputs of {@code rows} environments at the start of their episodes. */
    public NetworkInputs(ObservationPipeline pipeline, int rows) {
        this.rows = rows;
        this.pipeline = pipeline;
        this.width = pipeline.encodedSize();
        this.current = new double[rows * width];
        this.previous = new double[pipeline.isPreviousSeen() ? rows * width : 0];
        this.inputs = pipeline.isPreviousSeen() ? new double[rows * pipeline.size()] : current;
    }

    /**
     * Returns the inputs for observations; the live array [rows × size].
     *
     * @param observations [rows × raw size], not modified
     */
    public double[] of(double[] observations) {
        pipeline.apply(rows, observations, current);
        if (pipeline.isPreviousSeen()) {
            for (int row = 0; row < rows; row++) {
                System.arraycopy(current, row * width, inputs, 2 * row * width, width);
                System.arraycopy(previous, row * width, inputs, (2 * row + 1) * width, width);
            }
        }
        return inputs;
    }

    /** Keeps the observations that {@link #of} took last as those that were acted on. */
    public void remember() {
        System.arraycopy(current, 0, previous, 0, previous.length);
    }

    /** Starts a new episode in one environment. */
    public void forget(int row) {
        if (pipeline.isPreviousSeen()) {
            Arrays.fill(previous, row * width, (row + 1) * width, 0);
        }
    }

    /** Starts new episodes in all environments. */
    public void forget() {
        Arrays.fill(previous, 0);
    }

    /** Takes observations [rows × raw size] into the pipeline's running moments. */
    public void updateMoments(double[] observations) {
        pipeline.update(rows, observations, current);
    }

    /** What is remembered [rows × encoded size], to save and restore; the live array, empty if nothing is. */
    public double[] previous() {
        return previous;
    }
}
