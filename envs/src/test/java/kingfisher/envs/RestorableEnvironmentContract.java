package kingfisher.envs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every environment has to do that can tell its state. */
public abstract class RestorableEnvironmentContract extends EnvironmentContract {

    @Test
    void aSnapshotContinuesBitForBitInAnotherEnvironment() {
        Environment original = create();
        original.reset(8);
        List<TimeStep> before = new ArrayList<>();
        continuePlay(original, 33, before);
        byte[] snapshot = original.snapshot().orElseThrow();
        List<TimeStep> expected = new ArrayList<>();
        continuePlay(original, steps(), expected);

        Environment restored = create();
        restored.restore(snapshot);
        List<TimeStep> actual = new ArrayList<>();
        continuePlay(restored, steps(), actual);

        assertThat(actual).isEqualTo(expected);
    }

    @Test
    void aSnapshotRightAfterAResetContinuesToo() {
        Environment original = create();
        original.reset(8);
        Environment restored = create();
        restored.restore(original.snapshot().orElseThrow());
        List<TimeStep> expected = new ArrayList<>();
        List<TimeStep> actual = new ArrayList<>();
        continuePlay(original, steps(), expected);
        continuePlay(restored, steps(), actual);

        assertThat(actual).isEqualTo(expected);
    }

    @Test
    void aDamagedSnapshotIsRefused() {
        Environment environment = create();
        environment.reset(8);
        byte[] snapshot = environment.snapshot().orElseThrow();
        List<byte[]> damaged = List.of(
                new byte[0],
                Arrays.copyOf(snapshot, snapshot.length - 1),
                Arrays.copyOf(snapshot, snapshot.length + 1));

        for (byte[] bytes : damaged) {
            assertThatThrownBy(() -> create().restore(bytes))
                    .as("%d bytes of %d", bytes.length, snapshot.length)
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining(environment.specification().id());
        }
    }
}
