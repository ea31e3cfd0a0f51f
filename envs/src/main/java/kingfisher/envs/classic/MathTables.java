package kingfisher.envs.classic;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The tables of {@link Trigonometry} and {@link Power}, which {@code math_tables.py} derives. */
final class MathTables {

    static final int ANGLES = 111;
    static final int PARTS = 128;

    private static final String RESOURCE = "math-tables.bin";
    private static final MathTables INSTANCE = load();

    /** For k = 0 … 110: sin(k/128), its rest, cos(k/128), its rest. */
    final double[] angles;

    /** For i = 0 … 127: 1/c, −ln(1/c) and its rest, where c is near the middle of part i. */
    final double[] logarithms;

    /** For i = 0 … 127: the rest of 2^(i/128), relative to its double. */
    final double[] exponentialRests;

    /** For i = 0 … 127: the bits of 2^(i/128) less i · 2⁴⁵. */
    final long[] exponentialBits;

    private MathTables(DataInputStream in) throws IOException {
        angles = doubles(in, 4 * ANGLES);
        logarithms = doubles(in, 3 * PARTS);
        exponentialRests = new double[PARTS];
        exponentialBits = new long[PARTS];
        for (int i = 0; i < PARTS; i++) {
            exponentialRests[i] = in.readDouble();
            exponentialBits[i] = in.readLong();
        }
    }

    static MathTables get() {
        return INSTANCE;
    }

    private static MathTables load() {
        try (InputStream resource = MathTables.class.getResourceAsStream(RESOURCE)) {
            if (resource == null) {
                throw new IllegalStateException("the resource " + RESOURCE + " is missing");
            }
            return new MathTables(new DataInputStream(resource));
        } catch (IOException e) {
            throw new UncheckedIOException("the resource " + RESOURCE + " cannot be read", e);
        }
    }

    private static double[] doubles(DataInputStream in, int count) throws IOException {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = in.readDouble();
        }
        return values;
    }
}
