package kingfisher.envs.classic;

/**
 * Sine and cosine with the roundings of the GNU C library on processors with fused multiply-add, and so of NumPy there.
 *
 * <p>The last bit matters: the tasks are unstable, and a difference in it grows to a visible one within an episode.
 * {@link Math#sin} differs from the C library in one of 500 arguments, the correctly rounded sine in one of 700.
 *
 * <p>The method is table lookup with angle addition, after S. Gal and B. Bachelis, "An Accurate Elementary Mathematical
 * Library for the IEEE Floating Point Standard" (1991). For a = k/128 and a small δ:
 *
 * <pre>
 *   sin(a + δ) = sin a + (cos a · s − sin a · c)        s = sin δ ≈ δ + δ³ (S₃ + S₅ δ²)
 *   cos(a + δ) = cos a − (sin a · s + cos a · c)        c = 1 − cos δ ≈ δ² (C₂ + C₄ δ² + C₆ δ⁴)
 * </pre>
 *
 * <p>sin a and cos a are sums of two doubles. Larger angles are brought near zero by multiples of π/2, which leaves a second
 * double, the rest. Angles from 10⁸ on, which no task reaches, are left to {@link Math}. Intervals, coefficients and the order of
 * the roundings are those by which the GNU C library (2.28 and later) applies the method.
 */
final class Trigonometry {

    private static final double[] TABLE = MathTables.get().angles;
    private static final double STEPS = 128;
    private static final double SERIES_LIMIT = 0.126;
    private static final double TABLE_LIMIT = 0.85546875;
    private static final double MIRROR_LIMIT = 0x1.368fdp1;
    private static final double REDUCTION_LIMIT = 1e8;

    /** Taylor coefficients of sine from the third degree on, adjusted to the interval of the series. */
    private static final double[] T = {
        -0x1.5555555555555p-3,
        0x1.1111111110ecep-7,
        -0x1.a01a019db08b8p-13,
        0x1.71de27b9a7ed9p-19,
        -0x1.addffc2fcdf59p-26
    };

    private static final double S3 = -0x1.5555555555515p-3;
    private static final double S5 = 0x1.11110e829872fp-7;
    private static final double C2 = 0.5;
    private static final double C4 = -0x1.5555555555535p-5;
    private static final double C6 = 0x1.6c16bedd9e239p-10;

    /** π/2 as a sum: two doubles for one subtraction, and four short ones whose multiples are exact. */
    private static final double HALF_PI = Math.PI / 2;

    private static final double HALF_PI_REST = 0x1.1a62633145c07p-54;
    private static final double[] P = {0x1.921fb58p0, -0x1.dde973cp-27, -0x1.cb3b398p-55, -0x1.d747f23e32ed7p-83};
    private static final double ROUNDER = 0x1.8p52; // added to a number, it leaves the whole part in the low bits

    private Trigonometry() {}

    static double sin(double x) {
        double magnitude = Math.abs(x);
        if (magnitude < TABLE_LIMIT) {
            return magnitude < 0x1p-26 ? x : nearSin(x, 0);
        }
        if (magnitude < MIRROR_LIMIT) {
            return Math.copySign(nearCos(HALF_PI - magnitude, HALF_PI_REST), x);
        }
        return magnitude < REDUCTION_LIMIT ? reduced(x, 0) : Math.sin(x);
    }

    static double cos(double x) {
        double magnitude = Math.abs(x);
        if (magnitude < TABLE_LIMIT) {
            return magnitude < 0x1p-27 ? 1 : nearCos(x, 0);
        }
        if (magnitude < MIRROR_LIMIT) {
            double difference = HALF_PI - magnitude;
            double angle = difference + HALF_PI_REST;
            return nearSin(angle, difference - angle + HALF_PI_REST);
        }
        return magnitude < REDUCTION_LIMIT ? reduced(x, 1) : Math.cos(x);
    }

    /** The sine of x + quarters · π/2, for x far from zero. */
    private static double reduced(double x, int quarters) {
        double shifted = Math.fma(x, 2 / Math.PI, ROUNDER);
        double count = shifted - ROUNDER;
        double coarse = Math.fma(-count, P[1], Math.fma(-count, P[0], x));
        double third = count * P[2];
        double finer = coarse - third;
        double rest = coarse - finer - third;
        double fourth = count * P[3];
        double angle = finer - fourth;
        rest += finer - angle - fourth;
        int quadrant = (int) Double.doubleToRawLongBits(shifted) + quarters;
        double value = (quadrant & 1) == 0 ? nearSin(angle, rest) : nearCos(angle, rest);
        return (quadrant & 2) == 0 ? value : -value;
    }

    /** sin(x + rest) for |x| &lt; {@link #TABLE_LIMIT}. */
    private static double nearSin(double x, double rest) {
        double magnitude = Math.abs(x);
        if (magnitude < SERIES_LIMIT) {
            return series(x, rest);
        }
        double signedRest = x > 0 ? rest : -rest;
        double nearest = Math.rint(magnitude * STEPS);
        int row = 4 * (int) nearest;
        double d = magnitude - nearest / STEPS;
        double square = d * d;
        double s = d + Math.fma(d * square, Math.fma(square, S5, S3), signedRest);
        double c = Math.fma(d, signedRest, square * Math.fma(square, Math.fma(square, C6, C4), C2));
        double sum = Math.fma(-TABLE[row], c, Math.fma(s, TABLE[row + 3], TABLE[row + 1]));
        return Math.copySign(TABLE[row] + Math.fma(TABLE[row + 2], s, sum), x);
    }

    /** cos(x + rest) for |x| &lt; {@link #TABLE_LIMIT}. */
    private static double nearCos(double x, double rest) {
        double magnitude = Math.abs(x);
        double nearest = Math.rint(magnitude * STEPS);
        int row = 4 * (int) nearest;
        double d = magnitude - nearest / STEPS + (x < 0 ? -rest : rest);
        double square = d * d;
        double s = Math.fma(d * square, Math.fma(square, S5, S3), d);
        double c = square * Math.fma(square, Math.fma(square, C6, C4), C2);
        double sum = Math.fma(-TABLE[row + 2], c, Math.fma(-s, TABLE[row + 1], TABLE[row + 3]));
        return TABLE[row + 2] + Math.fma(-TABLE[row], s, sum);
    }

    private static double series(double x, double rest) {
        double square = x * x;
        double sum = Math.fma(Math.fma(T[4], square, T[3]), square, T[2]);
        sum = Math.fma(Math.fma(sum, square, T[1]), square, T[0]);
        return x + Math.fma(Math.fma(sum, x, -0.5 * rest), square, rest);
    }
}
