package kingfisher.envs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import kingfisher.envs.random.Pcg64;
import org.junit.jupiter.api.Test;

/**
 * What every group of environments has to do, whether or not it can tell its state; the group of the tests is made of {@link
 * #createOne()}'s kind.
 */
public abstract class VectorEnvironmentContract {

    static final int COUNT = 3;
    static final int STEPS = 150;

    /** Makes a group of {@code count} environments. */
    protected abstract VectorEnvironment createGroup(int count);

    /** Makes one environment of the same kind; its random episodes end within {@link #STEPS} steps. */
    protected abstract Environment createOne();

    @Test
    void eachRowIsAnEnvironmentWithASeedOfItsOwnThatResetsItself() {
        long seed = 21;
        try (VectorEnvironment group = createGroup(COUNT)) {
            VectorTimeStep step = VectorTimeStep.of(group);
            group.reset(seed, step);
            Environment[] singles = new Environment[COUNT];
            for (int row = 0; row < COUNT; row++) {
                singles[row] = createOne();
                assertThat(row(step.observations(), row, step)).isEqualTo(singles[row].reset(seed + row));
            }
            Pcg64 generator = new Pcg64(2);
            int ends = 0;
            for (int t = 0; t < STEPS; t++) {
                double[] actions = actions(group, generator);
                group.step(actions, step);
                for (int row = 0; row < COUNT; row++) {
                    ends += assertRow(singles[row], actions, step, row) ? 1 : 0;
                }
            }
            assertThat(ends).as("episodes that ended").isPositive();
        }
    }

    private static boolean assertRow(Environment single, double[] actions, VectorTimeStep step, int row) {
        int size = actions.length / step.count();
        double[] action = Arrays.copyOfRange(actions, row * size, (row + 1) * size);
        TimeStep expected = single.step(action);
        assertThat(step.rewards()[row]).isEqualTo(expected.reward());
        assertThat(step.terminated()[row]).isEqualTo(expected.terminated());
        assertThat(step.truncated()[row]).isEqualTo(expected.truncated());
        assertThat(step.ended(row)).isEqualTo(expected.ended());
        if (expected.ended()) {
            assertThat(row(step.finalObservations(), row, step)).isEqualTo(expected.observation());
            assertThat(row(step.observations(), row, step)).isEqualTo(single.reset());
        } else {
            assertThat(row(step.observations(), row, step)).isEqualTo(expected.observation());
        }
        return expected.ended();
    }

    @Test
    void aResetClearsRewardsAndFlags() {
        try (VectorEnvironment group = createGroup(COUNT)) {
            VectorTimeStep step = VectorTimeStep.of(group);
            group.reset(0, step);
            Pcg64 generator = new Pcg64(3);
            for (int t = 0; t < STEPS && !step.ended(0); t++) {
                group.step(actions(group, generator), step);
            }
            assertThat(step.ended(0)).isTrue();

            group.reset(1, step);

            assertThat(step.rewards()).containsOnly(0);
            assertThat(step.terminated()).containsOnly(false);
            assertThat(step.truncated()).containsOnly(false);
        }
    }

    @Test
    void seedsGoOnAtZeroAfterTheLargest() {
        try (VectorEnvironment group = createGroup(2)) {
            VectorTimeStep step = VectorTimeStep.of(group);
            group.reset(Long.MAX_VALUE, step);

            assertThat(row(step.observations(), 0, step)).isEqualTo(createOne().reset(Long.MAX_VALUE));
            assertThat(row(step.observations(), 1, step)).isEqualTo(createOne().reset(0));
        }
    }

    @Test
    void theActionsMayChangeOnceTheyAreSent() {
        try (VectorEnvironment group = createGroup(COUNT);
                VectorEnvironment same = createGroup(COUNT)) {
            VectorTimeStep step = VectorTimeStep.of(group);
            VectorTimeStep expected = VectorTimeStep.of(group);
            group.reset(5, step);
            same.reset(5, expected);
            double[] actions = actions(group, new Pcg64(4));
            same.step(actions, expected);

            group.send(actions);
            Arrays.fill(actions, Double.NaN);
            group.receive(step);

            assertThat(step.observations()).isEqualTo(expected.observations());
        }
    }

    @Test
    void sendAndReceiveComeInTurn() {
        try (VectorEnvironment group = createGroup(COUNT)) {
            VectorTimeStep step = VectorTimeStep.of(group);
            double[] actions = actions(group, new Pcg64(6));
            assertThatThrownBy(() -> group.send(actions)).isInstanceOf(IllegalStateException.class);
            group.reset(0, step);
            assertThatThrownBy(() -> group.receive(step)).isInstanceOf(IllegalStateException.class);
            group.send(actions);
            assertThatThrownBy(() -> group.send(actions)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(group::snapshot).isInstanceOf(IllegalStateException.class);
            group.receive(step);
            assertThatThrownBy(() -> group.receive(step)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void wrongSizesAreRefusedWithBothNumbers() {
        try (VectorEnvironment group = createGroup(COUNT)) {
            VectorTimeStep step = VectorTimeStep.of(group);
            group.reset(0, step);
            double[] tooMany = new double[actions(group, new Pcg64(0)).length + 1];

            assertThatThrownBy(() -> group.send(tooMany))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(Integer.toString(tooMany.length));
            assertThatThrownBy(() -> group.reset(0, new VectorTimeStep(COUNT + 1, step.observationSize())))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(Integer.toString(COUNT + 1));
        }
    }

    @Test
    void aNegativeSeedIsRefused() {
        try (VectorEnvironment group = createGroup(COUNT)) {
            assertThatThrownBy(() -> group.reset(-5, VectorTimeStep.of(group)))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("-5");
        }
    }

    @Test
    void closingTwiceDoesNothing() {
        VectorEnvironment group = createGroup(COUNT);
        group.close();
        group.close();

        assertThat(group.count()).isEqualTo(COUNT);
    }

    static double[] actions(VectorEnvironment group, Pcg64 generator) {
        Space space = group.specification().actionSpace();
        double[] actions = new double[group.count() * space.size()];
        for (int row = 0; row < group.count(); row++) {
            System.arraycopy(space.sample(generator), 0, actions, row * space.size(), space.size());
        }
        return actions;
    }

    private static double[] row(double[] matrix, int row, VectorTimeStep step) {
        int size = step.observationSize();
        return Arrays.copyOfRange(matrix, row * size, (row + 1) * size);
    }
}
