package kingfisher.envs.server;

import java.util.Arrays;
import kingfisher.env.v1.FinalRows;
import kingfisher.env.v1.Infos;
import kingfisher.env.v1.StepBatch;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.Space;
import kingfisher.envs.wire.Flags;
import kingfisher.envs.wire.Numbers;
import kingfisher.envs.wire.RowTensors;
import kingfisher.envs.wire.SpaceLayout;

/** What N environments show and gave last, in arrays to write to and as messages. */
final class StepBatches {

    /** What a message has beside its arrays: tags, lengths, types and shapes. */
    private static final int ENVELOPE = 512;

    private static final int ENVELOPE_OF_A_LEAF = 128;

    private final Space space;
    private final boolean infos;
    private final RowTensors tensors;
    private final double[] observations; // [N * observation size]
    private final double[] finalObservations; // [N * observation size]
    private final double[] rewards; // [N]
    private final boolean[] terminated; // [N]
    private final boolean[] truncated; // [N]
    private final boolean[] resetRows; // [N]
    private final int[] endedRows; // [N], of which the first endedCount hold
    private int endedCount;

    StepBatches(SpaceLayout layout, int count, boolean infos) {
        this.space = layout.space();
        this.infos = infos;
        this.tensors = new RowTensors(layout, "observation", 0, count);
        this.observations = new double[Math.multiplyExact(count, space.size())];
        this.finalObservations = new double[observations.length];
        this.rewards = new double[count];
        this.terminated = new boolean[count];
        this.truncated = new boolean[count];
        this.resetRows = new boolean[count];
        this.endedRows = new int[count];
    }

    /** The bytes of the longest message to or from a group, when every row ends. */
    static long largestMessage(SpaceLayout observations, SpaceLayout actions, int count) {
        long leaves = observations.leaves().size() + (long) actions.leaves().size();
        long row = Math.max(2 * observations.bytes() + Double.BYTES + 3 + 5, actions.bytes());
        return count * row + 2 * ENVELOPE_OF_A_LEAF * leaves + ENVELOPE;
    }

    /** The rewards of the last step, to be written. */
    double[] rewards() {
        return rewards;
    }

    /** Whether the last step ended the task, to be written. */
    boolean[] terminated() {
        return terminated;
    }

    /** Whether the last step cut the episode off, to be written. */
    boolean[] truncated() {
        return truncated;
    }

    /** Begins a request: no row has been reset or has ended in it. */
    void begin() {
        Arrays.fill(resetRows, false);
        endedCount = 0;
    }

    /** Shows the first observation of an episode. */
    void showFirst(int row, double[] observation) {
        show(row, observation);
        resetRows[row] = true;
    }

    /** Shows an observation. */
    void show(int row, double[] observation) {
        store(row, observation, observations);
    }

    /** Adds the last observation of an episode whose row goes on to show the next one; rows come in ascending order. */
    void addFinal(int row, double[] observation) {
        store(row, observation, finalObservations);
        endedRows[endedCount] = row;
        endedCount++;
    }

    private void store(int row, double[] observation, double[] target) {
        if (observation.length != space.size()) {
            throw new IllegalStateException("an observation has " + observation.length + " numbers, and its space "
                    + space.size() + ": " + Texts.shown(space.toString()));
        }
        if (!(space instanceof BoxSpace) && !space.contains(observation)) { // a box's bounds may be left
            throw new IllegalStateException("the observation " + Texts.shown(Arrays.toString(observation))
                    + " is not in " + Texts.shown(space.toString()));
        }
        System.arraycopy(observation, 0, target, row * space.size(), observation.length);
    }

    /**
     * The message.
     *
     * @throws kingfisher.envs.InvalidInputException if an observation has a number that its type does not have
     */
    StepBatch write(long nanoseconds) {
        StepBatch.Builder batch = StepBatch.newBuilder()
                .addAllObservations(tensors.write(observations))
                .setRewards(Numbers.write(rewards))
                .setTerminated(Flags.write(terminated))
                .setTruncated(Flags.write(truncated))
                .setResetRows(Flags.write(resetRows))
                .setEnvironmentNanoseconds(nanoseconds);
        if (endedCount > 0) {
            batch.setFinal(finalRows());
        }
        if (infos) {
            batch.setInfos(Infos.getDefaultInstance());
        }
        return batch.build();
    }

    private FinalRows finalRows() {
        int[] rows = Arrays.copyOf(endedRows, endedCount);
        FinalRows.Builder last = FinalRows.newBuilder().addAllObservations(tensors.write(finalObservations, rows));
        Arrays.stream(rows).forEach(last::addRows);
        if (infos) {
            last.setInfos(Infos.getDefaultInstance());
        }
        return last.build();
    }
}
