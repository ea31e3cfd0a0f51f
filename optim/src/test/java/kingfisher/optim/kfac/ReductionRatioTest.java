package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;

import kingfisher.optim.backend.Precision;
import kingfisher.optim.kfac.ReductionRatio.Outcome;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ReductionRatioTest {

    @ParameterizedTest
    @CsvSource({
        // before, after, predicted, outcome, ρ
        "2, 1, -2, FOUND, 0.5",
        "2, 1, -1, FOUND, 1",
        "2, 1.5, -0.25, FOUND, 2",
        "2, 3, -2, FOUND, -0.5",
        "-2, -3, -1, FOUND, 1",
        "0, -1, -2, FOUND, 0.5",
        "2, 1, 0, BAD_MODEL, NaN",
        "2, 1, 1e-300, BAD_MODEL, NaN",
        "2, 3, 1, BAD_MODEL, NaN",
        "2, NaN, -1, NOT_FINITE, NaN",
        "2, Infinity, -1, NOT_FINITE, NaN",
        "2, -Infinity, -1, NOT_FINITE, NaN",
        "NaN, 1, -1, NOT_FINITE, NaN",
        "2, 1, NaN, NOT_FINITE, NaN",
        "2, 1, -Infinity, NOT_FINITE, NaN",
        "2, 1, Infinity, NOT_FINITE, NaN",
        "2, 1, -1e-320, NOT_FINITE, NaN",
    })
    void comparesAStepWithItsPrediction(double before, double after, double predicted, Outcome outcome, double value) {
        for (Precision precision : Precision.values()) {
            assertThat(ReductionRatio.of(before, after, predicted, precision))
                    .as("%s", precision)
                    .isEqualTo(new ReductionRatio(outcome, value));
        }
    }

    @ParameterizedTest
    @CsvSource({
        // change and prediction as parts of the loss
        "0, 0, NO_INFORMATION, NO_INFORMATION",
        "1e-7, -1e-7, NO_INFORMATION, FOUND",
        "-1e-7, -1e-7, NO_INFORMATION, FOUND",
        "-1e-7, 1e-7, NO_INFORMATION, BAD_MODEL",
        "-2e-6, -2e-6, FOUND, FOUND",
        "-1e-15, -1e-15, NO_INFORMATION, NO_INFORMATION",
        "-1e-15, -3e-14, NO_INFORMATION, NO_INFORMATION",
        "-1e-15, -5e-14, NO_INFORMATION, FOUND",
    })
    void knowsNothingWhereBothAreRounding(double change, double predicted, Outcome single, Outcome full) {
        double loss = 1024;
        double after = loss + loss * change;
        assertThat(ReductionRatio.of(loss, after, loss * predicted, Precision.FLOAT)
                        .outcome())
                .isEqualTo(single);
        assertThat(ReductionRatio.of(loss, after, loss * predicted, Precision.DOUBLE)
                        .outcome())
                .isEqualTo(full);
        assertThat(ReductionRatio.of(-loss, -after, loss * predicted, Precision.FLOAT)
                        .outcome())
                .as("of a negative loss")
                .isEqualTo(single);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1e-7, -1e-7", "-1e-7, 1e-7"})
    void knowsThatAPromiseWasNotKeptWhereTheLossStandsStill(double change, double expected) {
        ReductionRatio ratio = ReductionRatio.of(1, 1 + change, -1, Precision.FLOAT);
        assertThat(ratio.outcome()).isEqualTo(Outcome.FOUND);
        assertThat(ratio.value()).isBetween(expected - 1e-12, expected + 1e-12);
        assertThat(DampingAdaptation.everyStep().next(1, ratio)).isEqualTo(1.5);
    }
}
