package kingfisher.envs.classic;

/**
 * The square of a number as NumPy's scalars compute {@code x ** 2}: by the C library's power function, whose result differs from
 * x · x in the last bit for one of 1250 arguments.
 *
 * <p>x² = exp(2 ln x) with a logarithm of about 68 bits, the roundings being those of the GNU C library (since 2.28, from Arm's
 * Optimized Routines) on processors with fused multiply-add. With |x| = 2ᵏ z and c near z:
 *
 * <pre>
 *   ln |x| = k ln 2 + ln c + ln(1 + r),   r = z/c − 1,   ln(1 + r) ≈ r − r²/2 + r³ (A₁ + …)
 *   exp h = 2^(n/128) (1 + (e^t − 1)),    t = h − n ln 2 / 128
 * </pre>
 */
final class Power {

    private static final double[] LOGARITHMS = MathTables.get().logarithms;
    private static final double[] EXPONENTIAL_RESTS = MathTables.get().exponentialRests;
    private static final long[] EXPONENTIAL_BITS = MathTables.get().exponentialBits;

    private static final long OFFSET = 0x3fe6955500000000L; // the bits of the lowest z
    private static final long EXPONENT = 0xfff0000000000000L;
    private static final int PART_SHIFT = 45; // 128 parts a doubling
    private static final int PART_MASK = MathTables.PARTS - 1;
    private static final int PLAIN_EXPONENT = 500; // beyond it, where squares leave the normal range, x · x does

    private static final double LN2 = 0x1.62e42fefa3800p-1;
    private static final double LN2_REST = 0x1.ef35793c76730p-45;
    private static final double[] A = {
        -0.5,
        -0x1.5555555555556p-1,
        0x1.0000000000006p-1,
        0x1.999999959554ep-1,
        -0x1.555555529a47ap-1,
        -0x1.2495b9b4845e9p0,
        0x1.0002b8b263fc3p0
    };

    private static final double PARTS_PER_LN2 = 0x1.71547652b82fep7; // 128 / ln 2
    private static final double PART = 0x1.62e42fefa0000p-8; // ln 2 / 128
    private static final double PART_REST = 0x1.cf79abc9e3b39p-47;
    private static final double ROUNDER = 0x1.8p52; // added to a number, it leaves the whole part in the low bits
    private static final double[] E = {
        0x1.ffffffffffdbdp-2, 0x1.555555555543cp-3, 0x1.55555cf172b91p-5, 0x1.1111167a4d017p-7
    };

    private Power() {}

    static double square(double x) {
        if (Math.abs(Math.getExponent(x)) > PLAIN_EXPONENT) {
            return x * x;
        }
        long bits = Double.doubleToRawLongBits(Math.abs(x));
        long shifted = bits - OFFSET;
        int row = 3 * ((int) (shifted >>> PART_SHIFT) & PART_MASK);
        double z = Double.longBitsToDouble(bits - (shifted & EXPONENT));
        double k = shifted >> 52;

        double r = Math.fma(z, LOGARITHMS[row], -1);
        double coarse = Math.fma(k, LN2, LOGARITHMS[row + 1]);
        double linear = coarse + r;
        double half = A[0] * r;
        double squared = r * half;
        double cubed = r * squared;
        double head = linear + squared;
        double rest = Math.fma(k, LN2_REST, LOGARITHMS[row + 2])
                + (coarse - linear + r)
                + Math.fma(half, r, -squared)
                + (linear - head + squared);
        double inner = Math.fma(squared, Math.fma(r, A[6], A[5]), Math.fma(r, A[4], A[3]));
        double tail = rest + cubed * Math.fma(squared, inner, Math.fma(r, A[2], A[1]));
        double logarithm = head + tail;
        return exponential(2 * logarithm, 2 * (head - logarithm + tail));
    }

    /** exp(x + rest). */
    private static double exponential(double x, double rest) {
        double shifted = Math.fma(PARTS_PER_LN2, x, ROUNDER);
        long count = Double.doubleToRawLongBits(shifted);
        double n = shifted - ROUNDER;
        double t = Math.fma(n, -PART_REST, Math.fma(n, -PART, x)) + rest;
        int part = (int) count & PART_MASK;
        double scale = Double.longBitsToDouble(EXPONENTIAL_BITS[part] + (count << PART_SHIFT));
        double square = t * t;
        double low = Math.fma(square, Math.fma(t, E[1], E[0]), EXPONENTIAL_RESTS[part] + t);
        double growth = Math.fma(square * square, Math.fma(t, E[3], E[2]), low);
        return Math.fma(scale, growth, scale);
    }
}
