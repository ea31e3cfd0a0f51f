package kingfisher.envs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HalfPrecisionTest {

    @ParameterizedTest
    @CsvSource({
        "0x0000, 0",
        "0x3c00, 1",
        "0xc000, -2",
        "0x7bff, 65504",
        "0x0400, 0.00006103515625",
        "0x03ff, 0.00006097555160522461",
        "0x0001, 0.000000059604644775390625",
        "0x3555, 0.333251953125",
        "0x7c00, Infinity",
        "0xfc00, -Infinity",
    })
    void isTheValueThatTheStandardGives(String bits, double value) {
        assertThat(HalfPrecision.toDouble((short) (int) Integer.decode(bits))).isEqualTo(value);
        assertThat(HalfPrecision.fromDouble(value)).isEqualTo((short) (int) Integer.decode(bits));
    }

    @Test
    void everyPatternComesBack() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            double value = HalfPrecision.toDouble((short) bits);
            if (!Double.isNaN(value)) {
                assertThat(HalfPrecision.fromDouble(value))
                        .as("pattern %x", bits)
                        .isEqualTo((short) bits);
            }
        }
        assertThat(HalfPrecision.toDouble(HalfPrecision.fromDouble(Double.NaN))).isNaN();
    }

    @Test
    void takesTheNearestAndTheEvenOfTwo() {
        Random random = new Random(3);
        for (int draw = 0; draw < 100_000; draw++) {
            double value = random.nextGaussian() * Math.scalb(1.0, random.nextInt(44) - 28);
            short nearest = HalfPrecision.fromDouble(value);
            double error = Math.abs(HalfPrecision.toDouble(nearest) - value);
            for (int step : new int[] {-1, 1}) {
                double other = HalfPrecision.toDouble((short) (nearest + step));
                if (Double.isFinite(other) && Math.abs(value) <= 65_504) {
                    assertThat(error).as("value %s", value).isLessThanOrEqualTo(Math.abs(other - value));
                }
            }
        }
        assertThat(HalfPrecision.fromDouble(2049)).isEqualTo(HalfPrecision.fromDouble(2048));
        assertThat(HalfPrecision.fromDouble(2051)).isEqualTo(HalfPrecision.fromDouble(2052));
        assertThat(HalfPrecision.fromDouble(65_519)).isEqualTo((short) 0x7bff);
        assertThat(HalfPrecision.fromDouble(65_520)).isEqualTo((short) 0x7c00);
    }
}
