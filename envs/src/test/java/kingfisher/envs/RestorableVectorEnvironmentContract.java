package kingfisher.envs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import kingfisher.envs.random.Pcg64;
import org.junit.jupiter.api.Test;

/** What every group of environments has to do that can tell its state. */
public abstract class RestorableVectorEnvironmentContract extends VectorEnvironmentContract {

    @Test
    void aSnapshotContinuesBitForBitInAnotherGroup() {
        try (VectorEnvironment original = createGroup(COUNT);
                VectorEnvironment restored = createGroup(COUNT)) {
            VectorTimeStep step = VectorTimeStep.of(original);
            VectorTimeStep other = VectorTimeStep.of(original);
            original.reset(9, step);
            Pcg64 generator = new Pcg64(5);
            for (int t = 0; t < 13; t++) {
                original.step(actions(original, generator), step);
            }
            restored.restore(original.snapshot().orElseThrow());
            for (int t = 0; t < STEPS; t++) {
                double[] actions = actions(original, generator);
                original.step(actions, step);
                restored.step(actions, other);
                assertThat(other.observations()).as("step %d", t).isEqualTo(step.observations());
                assertThat(other.rewards()).isEqualTo(step.rewards());
                assertThat(other.truncated()).isEqualTo(step.truncated());
            }
        }
    }

    @Test
    void aSnapshotOfAnotherSizeOrADamagedOneIsRefused() {
        try (VectorEnvironment group = createGroup(COUNT);
                VectorEnvironment larger = createGroup(COUNT + 1)) {
            group.reset(9, VectorTimeStep.of(group));
            byte[] snapshot = group.snapshot().orElseThrow();

            assertThatThrownBy(() -> larger.restore(snapshot)).isInstanceOf(InvalidInputException.class);
            assertThatThrownBy(() -> group.restore(Arrays.copyOf(snapshot, snapshot.length / 2)))
                    .isInstanceOf(InvalidInputException.class);
        }
    }
}
