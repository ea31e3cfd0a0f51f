package kingfisher.envs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SnapshotReaderTest {

    private static final byte[] SNAPSHOT = new SnapshotWriter("Task-v0")
            .putBoolean(true)
            .putLong(-7)
            .putDoubles(0.1, -0.0, Double.NaN)
            .putLongs(new long[] {Long.MIN_VALUE, 5})
            .putBytes(new byte[] {1, 2, 3})
            .toByteArray();

    @Test
    void whatWasWrittenIsReadBack() {
        SnapshotReader reader = new SnapshotReader("Task-v0", SNAPSHOT);

        assertThat(reader.getBoolean()).isTrue();
        assertThat(reader.getLong()).isEqualTo(-7);
        assertThat(reader.getDouble()).isEqualTo(0.1);
        assertThat(Double.doubleToRawLongBits(reader.getDouble())).isEqualTo(Double.doubleToRawLongBits(-0.0));
        assertThat(reader.getDouble()).isNaN();
        assertThat(reader.getLongs()).containsExactly(Long.MIN_VALUE, 5);
        assertThat(reader.getBytes()).containsExactly(1, 2, 3);
        reader.end();
    }

    @Test
    void aSnapshotOfSomethingElseIsRefusedByBothNames() {
        assertThatThrownBy(() -> new SnapshotReader("Other-v0", SNAPSHOT))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("the snapshot is of Task-v0, not of Other-v0");
    }

    @Test
    void everyShorterSnapshotIsDamaged() {
        for (int length = 0; length < SNAPSHOT.length; length++) {
            byte[] cut = Arrays.copyOf(SNAPSHOT, length);
            assertThatThrownBy(() -> readAll(cut))
                    .as("%d bytes", length)
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessage("the snapshot of Task-v0 is damaged");
        }
    }

    @Test
    void anExcessOrAnAbsurdLengthIsDamage() {
        byte[] longer = Arrays.copyOf(SNAPSHOT, SNAPSHOT.length + 1);
        assertThatThrownBy(() -> readAll(longer)).isInstanceOf(InvalidInputException.class);

        byte[] absurd = new SnapshotWriter("Task-v0").putLong(-1).toByteArray();
        assertThatThrownBy(() -> new SnapshotReader("Task-v0", absurd).getBytes())
                .isInstanceOf(InvalidInputException.class);
    }

    private static void readAll(byte[] snapshot) {
        SnapshotReader reader = new SnapshotReader("Task-v0", snapshot);
        reader.getBoolean();
        reader.getLong();
        reader.getDouble();
        reader.getDouble();
        reader.getDouble();
        reader.getLongs();
        reader.getBytes();
        reader.end();
    }
}
