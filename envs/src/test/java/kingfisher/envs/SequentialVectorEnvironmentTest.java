package kingfisher.envs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import kingfisher.envs.classic.CartPole;
import kingfisher.envs.classic.Pendulum;
import kingfisher.envs.registry.Environments;
import org.junit.jupiter.api.Test;

class SequentialVectorEnvironmentTest extends RestorableVectorEnvironmentContract {

    @Override
    protected VectorEnvironment createGroup(int count) {
        return new SequentialVectorEnvironment(
                IntStream.range(0, count).mapToObj(i -> createOne()).toList());
    }

    @Override
    protected Environment createOne() {
        return Environments.create("CartPole-v1", Map.of());
    }

    @Test
    void anEmptyGroupAndAMixedOneAreRefused() {
        assertThatThrownBy(() -> new SequentialVectorEnvironment(List.of())).hasMessageContaining("at least 1");
        assertThatThrownBy(() -> new SequentialVectorEnvironment(List.of(CartPole.v1(false), Pendulum.v1(10))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("CartPole-v1")
                .hasMessageContaining("Pendulum-v1");
    }

    @Test
    void anActionThatIsRefusedStopsTheGroupUntilItIsReset() {
        try (VectorEnvironment group = createGroup(2)) {
            VectorTimeStep step = VectorTimeStep.of(group);
            group.reset(0, step);

            assertThatThrownBy(() -> group.step(new double[] {0, 7}, step))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("7.0");
            assertThatThrownBy(() -> group.step(new double[] {0, 1}, step)).isInstanceOf(IllegalStateException.class);

            group.reset(0, step);
            group.step(new double[] {0, 1}, step);
            assertThat(step.rewards()).containsOnly(1);
        }
    }

    @Test
    void anObservationOfTheWrongSizeIsNotCopiedOverANeighbour() {
        FakeEnvironment wrong = new FakeEnvironment() {
            @Override
            protected double[] observe(double position) {
                return new double[] {position, 0, 0};
            }
        };
        try (VectorEnvironment group = new SequentialVectorEnvironment(List.of(wrong))) {
            assertThatThrownBy(() -> group.reset(0, VectorTimeStep.of(group)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("must have 1 numbers")
                    .hasMessageEndingWith("3");
        }
    }

    @Test
    void thereIsNoSnapshotIfAnEnvironmentHasNone() {
        FakeEnvironment silent = new FakeEnvironment() {
            @Override
            public Optional<byte[]> snapshot() {
                return Optional.empty();
            }
        };
        try (VectorEnvironment group = new SequentialVectorEnvironment(List.of(silent))) {
            group.reset(0, VectorTimeStep.of(group));

            assertThat(group.snapshot()).isEmpty();
        }
    }

    @Test
    void allAreClosedEvenIfOneThrows() {
        CountingEnvironment first = new CountingEnvironment(true);
        CountingEnvironment second = new CountingEnvironment(true);
        CountingEnvironment third = new CountingEnvironment(false);
        VectorEnvironment group = new SequentialVectorEnvironment(List.of(first, second, third));

        assertThatThrownBy(group::close)
                .isInstanceOf(IllegalStateException.class)
                .satisfies(thrown -> assertThat(thrown.getSuppressed()).hasSize(1));
        assertThat(List.of(first.closed, second.closed, third.closed)).containsOnly(1);
    }

    private static final class CountingEnvironment extends FakeEnvironment {

        private final boolean fails;
        private int closed;

        CountingEnvironment(boolean fails) {
            this.fails = fails;
        }

        @Override
        public void close() {
            closed++;
            if (fails) {
                throw new IllegalStateException("cannot close");
            }
        }
    }
}
