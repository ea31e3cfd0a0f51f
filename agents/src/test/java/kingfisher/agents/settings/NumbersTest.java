package kingfisher.agents.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NumbersTest {
    @ParameterizedTest
    @CsvSource({
        "20000, 20000",
        "20k, 20000",
        "20K, 20000",
        "1M, 1000000",
        "1.5M, 1500000",
        "1e6, 1000000",
        "' 7 ', 7",
        "0.001k, 1",
        "1E+3, 1000",
        "9223372036854775807, 9223372036854775807"
    })
    void wholeNumbersAreReadInEachNotation(String text, long value) {
        assertThat(Numbers.parseWhole(text)).contains(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "k",
                "M",
                "1.5",
                "1.5k5",
                "1m",
                "1kk",
                "0x10",
                "1_000",
                "NaN",
                "Infinity",
                "1f",
                "one",
                "1 000",
                "9223372036854775808",
                "1e999999999",
                "1e2147483647M",
                "--1"
            })
    void whatIsNoWholeNumberIsNotRead(String text) {
        assertThat(Numbers.parseWhole(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "3e-4, 0.0003",
        "0.5, 0.5",
        "1.0, 1",
        "0, 0",
        "-2.50, -2.5",
        "1e-5, 1.0e-5",
        "1000000, 1000000",
        "1e300, 1.0e300"
    })
    void numbersArePrintedAsAUserWouldWriteThem(double value, String text) {
        assertThat(Numbers.print(value)).isEqualTo(text);
    }

    @Test
    void everyNumberIsPrintedSoThatItParsesBack() {
        long seed = 7;
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 10_000; i++) {
            double value = Double.longBitsToDouble(random.nextLong());
            if (Double.isFinite(value) && value != 0) {
                assertThat(Numbers.parse(Numbers.print(value)).orElseThrow().doubleValue())
                        .as("seed %d, draw %d", seed, i)
                        .isEqualTo(value);
            }
        }
    }
}
