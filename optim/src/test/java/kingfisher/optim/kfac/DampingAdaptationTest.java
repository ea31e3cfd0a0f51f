package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;

import kingfisher.optim.kfac.DampingAdaptation.Model;
import kingfisher.optim.kfac.ReductionRatio.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DampingAdaptationTest {

    private static final DampingAdaptation HALVES = new DampingAdaptation(0.5, 1, 0.1, 10, Model.DAMPED);

    @ParameterizedTest
    @CsvSource({
        // λ, ρ, next λ
        "1, -1e300, 2",
        "1, 0, 2",
        "1, 0.2499999999999999, 2",
        "1, 0.25, 1",
        "1, 0.5, 1",
        "1, 0.75, 1",
        "1, 0.7500000000000001, 0.5",
        "1, 1, 0.5",
        "1, 1e300, 0.5",
        // bounds
        "6, 0, 10",
        "10, 0, 10",
        "0.15, 1, 0.1",
        "0.1, 1, 0.1",
        "10, 1, 5",
        "0.1, 0, 0.2",
    })
    void followsTheRatio(double damping, double ratio, double next) {
        assertThat(HALVES.next(damping, new ReductionRatio(Outcome.FOUND, ratio)))
                .isEqualTo(next);
    }

    @ParameterizedTest
    @CsvSource({
        "BAD_MODEL, 1, 2",
        "BAD_MODEL, 6, 10",
        "NOT_FINITE, 1, 2",
        "NOT_FINITE, 10, 10",
        "NO_INFORMATION, 1, 1",
        "NO_INFORMATION, 10, 10"
    })
    void growsWhereThereIsNoRatioButWithoutInformation(Outcome outcome, double damping, double next) {
        assertThat(HALVES.next(damping, new ReductionRatio(outcome, Double.NaN)))
                .isEqualTo(next);
    }

    @Test
    void isDueAtTheLastStepOfEachInterval() {
        DampingAdaptation everyThird = new DampingAdaptation(0.5, 3, 0.1, 10, Model.DAMPED);
        for (long step = 0; step < 12; step++) {
            assertThat(everyThird.isDue(step))
                    .as("step %d", step)
                    .isEqualTo(step == 2 || step == 5 || step == 8 || step == 11);
            assertThat(HALVES.isDue(step)).isTrue();
        }
    }

    @Test
    void presetsHaveTheFactorsOfTheirSources() {
        assertThat(DampingAdaptation.everyStep()).isEqualTo(new DampingAdaptation(2.0 / 3, 1, 1e-8, 1e8, Model.DAMPED));
        assertThat(DampingAdaptation.everyFifthStep().factor()).isBetween(0.77378, 0.77379);
        assertThat(DampingAdaptation.everyFifthStep().interval()).isEqualTo(5);
    }
}
