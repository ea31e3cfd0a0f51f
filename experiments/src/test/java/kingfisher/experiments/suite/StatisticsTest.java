package kingfisher.experiments.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class StatisticsTest {

    @Test
    void theyAreThoseOfTheTextbook() {
        Statistics statistics = Statistics.of(List.of(9.0, 2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0));
        assertThat(statistics.mean()).isCloseTo(5, within(1e-12));
        assertThat(statistics.std()).isCloseTo(Math.sqrt(32.0 / 7), within(1e-12));
        assertThat(statistics.min()).isEqualTo(2);
        assertThat(statistics.median()).isEqualTo(4.5);
        assertThat(Statistics.of(List.of(3.0, 1.0, 2.0)).median()).isEqualTo(2);
    }

    @Test
    void oneNumberHasNoDeviation() {
        Statistics statistics = Statistics.of(List.of(3.0));
        assertThat(statistics.mean()).isEqualTo(3);
        assertThat(statistics.median()).isEqualTo(3);
        assertThat(statistics.std()).isNaN();
    }

    @Test
    void noNumbersHaveNothing() {
        Statistics statistics = Statistics.of(List.of());
        assertThat(statistics.count()).isZero();
        assertThat(statistics.mean()).isNaN();
        assertThat(statistics.median()).isNaN();
    }
}
