package kingfisher.envs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kingfisher.envs.check.EnvironmentChecker;
import kingfisher.envs.random.Pcg64;
import org.junit.jupiter.api.Test;

/**
 * What every environment has to do, whether or not it can tell its state; an implementation's test inherits it by {@link
 * #create()}.
 */
public abstract class EnvironmentContract {

    /** How many steps are compared: beyond every time limit but one, where nothing else is said. */
    protected int steps() {
        return 700;
    }

    /** Makes a new environment. */
    protected abstract Environment create();

    @Test
    void theCheckerFindsNothing() {
        assertThat(EnvironmentChecker.check(this::create)).isEmpty();
    }

    @Test
    void theSameSeedAndActionsGiveTheSameSteps() {
        for (long seed : new long[] {0, 1, 42, 1L << 40, Long.MAX_VALUE}) {
            assertThat(play(create(), seed)).as("seed %d", seed).isEqualTo(play(create(), seed));
        }
    }

    @Test
    void seedingAgainForgetsWhatWasBefore() {
        Environment environment = create();
        play(environment, 5);

        assertThat(play(environment, 17)).isEqualTo(play(create(), 17));
    }

    @Test
    void aResetWithoutSeedContinuesTheGenerator() {
        Environment environment = create();
        double[] first = environment.reset(3);
        double[] second = environment.reset();
        environment.reset(3);

        assertThat(environment.reset()).isEqualTo(second).isNotEqualTo(first);
    }

    @Test
    void observationsAreInTheirSpace() {
        Environment environment = create();
        Space space = environment.specification().observationSpace();

        assertThat(play(environment, 11)).allMatch(step -> space.contains(step.observation()));
    }

    @Test
    void callsBeforeTheFirstSeededResetAreRefusedByName() {
        Environment environment = create();
        String id = environment.specification().id();
        double[] action = environment.specification().actionSpace().sample(new Pcg64(0));

        assertThatThrownBy(() -> environment.step(action))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(id)
                .hasMessageContaining("step");
        assertThatThrownBy(environment::reset)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(id)
                .hasMessageContaining("reset without a seed");
    }

    @Test
    void aNegativeSeedIsRefused() {
        assertThatThrownBy(() -> create().reset(-1))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("-1")
                .hasMessageContaining("9223372036854775807");
    }

    @Test
    void anActionWithTooManyNumbersIsRefusedAndChangesNothing() {
        Environment environment = create();
        environment.reset(4);
        double[] action = environment.specification().actionSpace().sample(new Pcg64(0));
        double[] tooLong = Arrays.copyOf(action, action.length + 1);

        assertThatThrownBy(() -> environment.step(tooLong))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(environment.specification().id())
                .hasMessageContaining(Arrays.toString(tooLong));

        Environment untouched = create();
        untouched.reset(4);
        assertThat(environment.step(action)).isEqualTo(untouched.step(action));
    }

    private List<TimeStep> play(Environment environment, long seed) {
        List<TimeStep> steps = new ArrayList<>();
        steps.add(new TimeStep(environment.reset(seed), 0, false, false));
        continuePlay(environment, steps(), steps);
        return steps;
    }

    /** Appends what random actions give, and the starts of new episodes. */
    static void continuePlay(Environment environment, int count, List<TimeStep> steps) {
        Pcg64 generator = new Pcg64(100);
        for (int i = 0; i < count; i++) {
            TimeStep step =
                    environment.step(environment.specification().actionSpace().sample(generator));
            steps.add(step);
            if (step.ended()) {
                steps.add(new TimeStep(environment.reset(), 0, false, false));
            }
        }
    }
}
