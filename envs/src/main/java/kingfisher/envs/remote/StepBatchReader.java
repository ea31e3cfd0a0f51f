package kingfisher.envs.remote;

import com.google.protobuf.ByteString;
import kingfisher.env.v1.FinalRows;
import kingfisher.env.v1.Infos;
import kingfisher.env.v1.StepBatch;
import kingfisher.envs.VectorTimeStep;
import kingfisher.envs.wire.Flags;
import kingfisher.envs.wire.Numbers;
import kingfisher.envs.wire.RowTensors;
import kingfisher.envs.wire.SpaceLayout;
import kingfisher.envs.wire.UnreadableMessageException;

/** Checks what a server tells of its environments, and writes it into the rows of a time step that are theirs. */
final class StepBatchReader {

    private final int first;
    private final int count;
    private final boolean finals;
    private final RowTensors observations;
    private final byte[] rewardBytes;
    private final boolean[] resetRows;
    private final int[] endedRows; // of the time step

    /**
     * Reads batches of {@code count} environments into the rows from {@code first} on.
     *
     * @param finals whether a step that ends an episode tells its last observation apart
     */
    StepBatchReader(SpaceLayout layout, int first, int count, boolean finals) {
        this.first = first;
        this.count = count;
        this.finals = finals;
        this.observations = new RowTensors(layout, "observation", first, count);
        this.rewardBytes = new byte[Math.multiplyExact(count, Double.BYTES)];
        this.resetRows = new boolean[count];
        this.endedRows = new int[count];
    }

    /**
     * Reads the answer to a step.
     *
     * @param step its rows are overwritten, but those of final observations only where an episode ended
     * @throws UnreadableMessageException if anything has not the form it should have
     */
    void readStep(StepBatch batch, VectorTimeStep step) {
        read(batch, step);
        int ended = 0;
        for (int row = first; row < first + count; row++) {
            if (finals && step.ended(row)) {
                endedRows[ended++] = row;
            }
        }
        readFinals(batch.getFinal(), batch.hasFinal(), ended, step);
    }

    /**
     * Reads the answer to a reset.
     *
     * @param all whether all rows were reset
     * @param step its rows are overwritten
     * @throws UnreadableMessageException if anything has not the form it should have
     */
    void readReset(StepBatch batch, boolean all, VectorTimeStep step) {
        read(batch, step);
        readFinals(batch.getFinal(), batch.hasFinal(), 0, step);
        for (int row = first; row < first + count; row++) {
            if (step.rewards()[row] != 0 || (all && step.ended(row))) {
                throw new UnreadableMessageException("a reset gives a reward, or an end, to environment " + row);
            }
        }
    }

    private void read(StepBatch batch, VectorTimeStep step) {
        observations.read(batch.getObservationsList(), step.observations());
        Numbers.read(batch.getRewards(), "the rewards", rewardBytes, step.rewards(), first, count);
        Flags.read(batch.getTerminated(), "the flags terminated", step.terminated(), first, count);
        Flags.read(batch.getTruncated(), "the flags truncated", step.truncated(), first, count);
        Flags.read(batch.getResetRows(), "the reset rows", resetRows, 0, count);
        check(batch.getInfos(), count);
    }

    private void readFinals(FinalRows rows, boolean present, int ended, VectorTimeStep step) {
        if (present && ended == 0) {
            throw new UnreadableMessageException("final observations come, but no episode ended");
        }
        if (rows.getRowsCount() != ended) {
            throw new UnreadableMessageException(
                    "final observations come with " + rows.getRowsCount() + " rows, but " + ended + " episodes ended");
        }
        if (ended == 0) {
            return;
        }
        for (int k = 0; k < ended; k++) {
            if (rows.getRows(k) != endedRows[k] - first) {
                throw new UnreadableMessageException("a final observation comes for row "
                        + Integer.toUnsignedString(rows.getRows(k)) + ", but the episode of row "
                        + (endedRows[k] - first) + " ended");
            }
        }
        observations.read(rows.getObservationsList(), step.finalObservations(), endedRows, ended);
        check(rows.getInfos(), ended);
    }

    /** Columns have an entry a row. */
    private static void check(Infos infos, int rows) {
        for (int i = 0; i < infos.getColumnsCount(); i++) {
            kingfisher.env.v1.InfoColumn column = infos.getColumns(i);
            ByteString present = column.getPresent();
            boolean whole = present.size() == rows
                    && switch (column.getValuesCase()) {
                        case TENSOR ->
                            column.getTensor().getShapeCount() > 0
                                    && column.getTensor().getShape(0) == rows;
                        case TEXTS -> column.getTexts().getValuesCount() == rows;
                        case VALUES_NOT_SET -> true; // the entry holds nested ones
                    };
            if (!whole) {
                throw new UnreadableMessageException("the info " + column.getPathList() + " has not " + rows + " rows");
            }
        }
    }
}
