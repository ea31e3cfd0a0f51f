package kingfisher.envs.classic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import java.util.zip.CRC32;
import kingfisher.envs.random.Pcg64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against results of NumPy that {@code record_numpy.py} recorded: 100 000 arguments a line, every bit. */
class MathTest {

    private static final Map<String, DoubleUnaryOperator> FUNCTIONS = Map.of(
            "sin", Trigonometry::sin,
            "cos", Trigonometry::cos,
            "square", Power::square,
            "sin-single", x -> SinglePrecision.sin((float) x),
            "cos-single", x -> SinglePrecision.cos((float) x));

    static List<String> lines() throws IOException {
        InputStream in = Objects.requireNonNull(MathTest.class.getResourceAsStream("numpy-math.csv"));
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return reader.lines().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("lines")
    void resultsAreThoseOfNumPyBitForBit(String line) {
        String[] fields = line.split(",");
        DoubleUnaryOperator function = Objects.requireNonNull(FUNCTIONS.get(fields[0]));
        double low = Double.parseDouble(fields[1]);
        double high = Double.parseDouble(fields[2]);
        Pcg64 generator = new Pcg64(Long.parseLong(fields[3]));
        ByteBuffer bytes = ByteBuffer.allocate(Integer.parseInt(fields[4]) * Double.BYTES);
        assertThat(fields).hasSize(105);
        for (int block = 5; block < fields.length; block++) {
            bytes.clear();
            while (bytes.hasRemaining()) {
                bytes.putDouble(function.applyAsDouble(generator.uniform(low, high)));
            }
            CRC32 checksum = new CRC32();
            checksum.update(bytes.array());
            assertThat(checksum.getValue())
                    .as("%s in ±%s, block %d", fields[0], high, block - 5)
                    .isEqualTo(Long.parseLong(fields[block]));
        }
    }

    @ParameterizedTest
    @ValueSource(
            doubles = {
                0.0,
                -0.0,
                1e-300,
                0.126,
                0.85546875,
                -0.85546875,
                0x1.368fdp1,
                Math.PI / 4,
                Math.PI / 2,
                -Math.PI,
                1e8,
                1e18,
                Double.NaN,
                Double.POSITIVE_INFINITY
            })
    void aboutThoseOfJavaAtTheEdges(double x) {
        assertThat(Trigonometry.sin(x)).isCloseTo(Math.sin(x), within(1e-15));
        assertThat(Trigonometry.cos(x)).isCloseTo(Math.cos(x), within(1e-15));
    }

    @Test
    void squaresOutsideTheNormalRangeAreProducts() {
        for (double x :
                new double[] {0.0, -0.0, 1e-160, Double.MIN_VALUE, 1e155, 1e300, Double.NEGATIVE_INFINITY, Double.NaN
                }) {
            assertThat(Power.square(x)).as("%s", x).isEqualTo(Double.valueOf(x * x));
        }
    }

    @Test
    void squaresOfSmallWholeNumbersAreExact() {
        for (int i = -1000; i <= 1000; i++) {
            assertThat(Power.square(i)).isEqualTo(i * i);
        }
    }
}
