package kingfisher.envs.classic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import kingfisher.envs.VectorEnvironment;
import kingfisher.envs.VectorTimeStep;
import kingfisher.envs.registry.Environments;

/** Replays what {@code record_classic.py} recorded of a group that resets itself. */
final class RecordedGroup {

    private final DataInputStream in;
    private final int count;
    private final int size;
    private final int steps;
    private final boolean discrete;

    private RecordedGroup(DataInputStream in) throws IOException {
        this.in = in;
        count = in.readInt();
        size = in.readInt();
        assertThat(in.readInt()).as("action size").isEqualTo(1);
        steps = in.readInt();
        discrete = in.readByte() == 1;
    }

    /** Compares every step and returns how many episodes ended. */
    static int replay(InputStream compressed) throws IOException {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(new GZIPInputStream(compressed)))) {
            assertThat(in.readInt()).as("magic").isEqualTo(0x4b464752);
            String id = in.readUTF();
            long seed = in.readLong();
            return new RecordedGroup(in).compare(id, seed);
        }
    }

    private int compare(String id, long seed) throws IOException {
        int ends = 0;
        try (VectorEnvironment group = Environments.createVector(id, Map.of(), count)) {
            VectorTimeStep step = VectorTimeStep.of(group);
            group.reset(seed, step);
            assertThat(step.observations()).isEqualTo(floats(count * size));
            for (int t = 0; t < steps; t++) {
                group.step(discrete ? bytes() : floats(count), step);
                ends += compareStep(step);
            }
        }
        return ends;
    }

    private int compareStep(VectorTimeStep step) throws IOException {
        for (int row = 0; row < count; row++) {
            assertThat(step.rewards()[row]).isCloseTo(in.readDouble(), within(1e-9));
        }
        byte[] flags = in.readNBytes(count);
        assertThat(step.observations()).isEqualTo(floats(count * size));
        double[] finals = floats(count * size);
        int ends = 0;
        for (int row = 0; row < count; row++) {
            assertThat(step.terminated()[row]).isEqualTo((flags[row] & 1) != 0);
            assertThat(step.truncated()[row]).isEqualTo((flags[row] & 2) != 0);
            if (step.ended(row)) {
                ends++;
                assertThat(Arrays.copyOfRange(step.finalObservations(), row * size, (row + 1) * size))
                        .isEqualTo(Arrays.copyOfRange(finals, row * size, (row + 1) * size));
            }
        }
        return ends;
    }

    private double[] bytes() throws IOException {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = in.readByte();
        }
        return values;
    }

    private double[] floats(int length) throws IOException {
        double[] values = new double[length];
        for (int i = 0; i < length; i++) {
            values[i] = in.readFloat();
        }
        return values;
    }
}
