package kingfisher.envs.random;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The normal distribution by rejection from 256 layers of equal area, with the tables that NumPy uses.
 *
 * <p>G. Marsaglia and W. W. Tsang, "The Ziggurat Method for Generating Random Variables" (2000). Layer {@code i} reaches
 * from 0 to x_i; its top is f(x_i) with f(x) = exp(-x²/2). The tables are read from a file, because the last bit of a
 * logarithm and an exponential may differ from one Java to another; {@code ziggurat_tables.py} derives it.
 */
final class NormalZiggurat {

    private static final int LAYERS = 256;
    private static final String TABLES = "normal-ziggurat.bin";
    private static final double TAIL_START = 3.654152885361009; // x_255
    private static final double TAIL_START_INVERSE = 0.2736612373297583;
    private static final long MAGNITUDE = 0x000fffffffffffffL; // 52 bits
    private static final NormalZiggurat INSTANCE = load();

    private final long[] accepted; // [256] magnitudes below it lie wholly inside the layer
    private final double[] width; // [256] x_i / 2⁵²
    private final double[] height; // [256] f(x_i)

    private NormalZiggurat(long[] accepted, double[] width, double[] height) {
        this.accepted = accepted;
        this.width = width;
        this.height = height;
    }

    private static NormalZiggurat load() {
        long[] accepted = new long[LAYERS];
        double[] width = new double[LAYERS];
        double[] height = new double[LAYERS];
        try (InputStream resource = NormalZiggurat.class.getResourceAsStream(TABLES)) {
            if (resource == null) {
                throw new IllegalStateException("the resource " + TABLES + " is missing");
            }
            DataInputStream in = new DataInputStream(resource);
            for (int i = 0; i < LAYERS; i++) {
                accepted[i] = in.readLong();
                width[i] = in.readDouble();
                height[i] = in.readDouble();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the resource " + TABLES + " cannot be read", e);
        }
        return new NormalZiggurat(accepted, width, height);
    }

    static double draw(Pcg64 generator) {
        return INSTANCE.next(generator);
    }

    private double next(Pcg64 generator) {
        while (true) {
            long bits = generator.nextLong();
            int layer = (int) (bits & 0xff);
            boolean negative = ((bits >>> 8) & 1) == 1;
            long magnitude = (bits >>> 9) & MAGNITUDE;
            double x = magnitude * width[layer];
            if (magnitude < accepted[layer]) {
                return negative ? -x : x;
            }
            if (layer == 0) {
                // NumPy takes the sign of the tail from another bit
                return ((magnitude >>> 8) & 1) == 1 ? -tail(generator) : tail(generator);
            }
            double y = (height[layer - 1] - height[layer]) * generator.nextDouble() + height[layer];
            if (y < Math.exp(-0.5 * x * x)) {
                return negative ? -x : x;
            }
        }
    }

    private static double tail(Pcg64 generator) {
        while (true) {
            double x = -TAIL_START_INVERSE * Math.log1p(-generator.nextDouble());
            double y = -Math.log1p(-generator.nextDouble());
            if (y + y > x * x) {
                return TAIL_START + x;
            }
        }
    }
}
