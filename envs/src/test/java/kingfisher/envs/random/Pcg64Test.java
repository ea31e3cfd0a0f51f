package kingfisher.envs.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against numbers that {@code record_numpy.py} recorded. */
class Pcg64Test {

    static List<String> lines() throws IOException {
        InputStream in = Objects.requireNonNull(Pcg64Test.class.getResourceAsStream("numpy-random.csv"));
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return reader.lines().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("lines")
    void drawsAreThoseOfNumPy(String line) {
        List<String> fields = List.of(line.split(","));
        SeedSequence sequence = new SeedSequence(new BigInteger(fields.get(0)));
        List<String> values = fields.subList(2, fields.size());
        assertThat(values).hasSizeGreaterThan(3);
        switch (fields.get(1)) {
            case "words" ->
                assertThat(Arrays.stream(sequence.generate(values.size())).mapToObj(Long::toUnsignedString))
                        .containsExactlyElementsOf(values);
            case "raw" -> draw(values, sequence, generator -> Long.toUnsignedString(generator.nextLong()));
            case "double" -> draw(values, sequence, generator -> hexadecimal(generator.nextDouble()));
            case "uniform" -> draw(values, sequence, generator -> hexadecimal(generator.uniform(-0.05, 0.05)));
            case "normal" -> draw(values, sequence, generator -> hexadecimal(generator.standardNormal()));
            case "integers" -> integers(values, new Pcg64(sequence));
            case "mixed" -> mixed(values, new Pcg64(sequence));
            case "normal-checksums" -> checksums(values, new Pcg64(sequence));
            default -> throw new AssertionError("unknown line " + line);
        }
    }

    private interface Draw {
        String from(Pcg64 generator);
    }

    private static void draw(List<String> values, SeedSequence sequence, Draw draw) {
        Pcg64 generator = new Pcg64(sequence);
        for (String value : values) {
            String expected = value.contains("x") ? hexadecimal(Double.parseDouble(value)) : value;
            assertThat(draw.from(generator)).isEqualTo(expected);
        }
    }

    private static void integers(List<String> values, Pcg64 generator) {
        for (String value : values) {
            String[] parts = value.split(":", -1);
            long low = Long.parseLong(parts[0]);
            long high = Long.parseLong(parts[1]);
            assertThat(generator.integers(low, high)).as(value).isEqualTo(Long.parseLong(parts[2]));
        }
    }

    /** A half of a 64-bit draw has to wait while other draws take whole ones. */
    private static void mixed(List<String> values, Pcg64 generator) {
        for (int i = 0; i < values.size(); i += 3) {
            assertThat(generator.integers(0, 10)).isEqualTo((long) Double.parseDouble(values.get(i)));
            assertThat(generator.nextDouble()).isEqualTo(Double.parseDouble(values.get(i + 1)));
            assertThat(generator.standardNormal()).isEqualTo(Double.parseDouble(values.get(i + 2)));
        }
    }

    /** Enough draws to reach the tail and the wedges of the ziggurat many times. */
    private static void checksums(List<String> values, Pcg64 generator) {
        for (int block = 0; block < values.size(); block++) {
            ByteBuffer bytes = ByteBuffer.allocate(1000 * Double.BYTES);
            while (bytes.hasRemaining()) {
                bytes.putDouble(generator.standardNormal());
            }
            CRC32 checksum = new CRC32();
            checksum.update(bytes.array());
            assertThat(checksum.getValue()).as("block %d", block).isEqualTo(Long.parseLong(values.get(block)));
        }
    }

    private static String hexadecimal(double value) {
        return Double.toHexString(value);
    }

    @Test
    void aLongSeedIsTheSameAsABigOne() {
        assertThat(new Pcg64(42).nextLong()).isEqualTo(new Pcg64(new SeedSequence(BigInteger.valueOf(42))).nextLong());
    }

    @Test
    void aStateContinuesWhereItWasTakenWithTheWaitingHalf() {
        Pcg64 generator = new Pcg64(3);
        generator.nextInt();
        Pcg64 copy = new Pcg64(generator.state());

        for (int i = 0; i < 20; i++) {
            assertThat(copy.nextInt()).isEqualTo(generator.nextInt());
            assertThat(copy.nextLong()).isEqualTo(generator.nextLong());
        }
    }

    @Test
    void whatCannotBeAStateIsRefused() {
        long[] even = new Pcg64(3).state();
        even[3] &= ~1L;
        long[] flag = new Pcg64(3).state();
        flag[4] = 2;

        for (long[] state : List.of(new long[0], new long[5], even, flag)) {
            assertThatThrownBy(() -> new Pcg64(state)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void negativeSeedsAndEmptyIntervalsAreRefused() {
        assertThatThrownBy(() -> new Pcg64(-4)).hasMessageContaining("-4");
        assertThatThrownBy(() -> new Pcg64(1).integers(5, 5)).hasMessageContaining("[5, 5)");
    }
}
