package kingfisher.envs.random;

/**
 * The generator behind {@code numpy.random.default_rng(seed)}: PCG XSL-RR 128/64, with NumPy's way of making numbers
 * from its bits.
 *
 * <p>The state follows {@code s = a s + c mod 2¹²⁸}; a draw steps first and then rotates the xor of the two halves right by
 * the top six bits. M. E. O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms for Random
 * Number Generation" (2014).
 *
 * <p>One thread at a time.
 */
public final class Pcg64 {

    private static final long MULTIPLIER_HIGH = 0x2360ED051FC65DA4L;
    private static final long MULTIPLIER_LOW = 0x4385DF649FCCF645L;
    private static final long WORD = 0xFFFFFFFFL;
    private static final double DOUBLE_UNIT = 0x1p-53;
    private static final int STATE_LENGTH = 6;

    private final long incrementHigh;
    private final long incrementLow;
    private long high;
    private long low;
    private boolean hasHalf; // whether the high half of a draw waits to be used by the next 32-bit draw
    private int half;

    /**
     * Seeds as {@code numpy.random.default_rng(seed)} does.
     *
     * @throws IllegalArgumentException if the seed is negative
     */
    public Pcg64(long seed) {
        this(new SeedSequence(seed));
    }

    /** Seeds from a sequence, as {@code numpy.random.PCG64(sequence)} does. */
    public Pcg64(SeedSequence sequence) {
        long[] words = sequence.generate(4);
        incrementHigh = (words[2] << 1) | (words[3] >>> 63);
        incrementLow = (words[3] << 1) | 1;
        advance();
        long sum = low + words[1];
        high += words[0] + (Long.compareUnsigned(sum, low) < 0 ? 1 : 0);
        low = sum;
        advance();
    }

    /**
     * Continues from a {@link #state()}.
     *
     * @throws IllegalArgumentException if the array cannot be a state
     */
    public Pcg64(long[] state) {
        if (state.length != STATE_LENGTH || (state[3] & 1) == 0 || (state[4] & ~1L) != 0) {
            throw new IllegalArgumentException("not the state of a PCG64 generator");
        }
        high = state[0];
        low = state[1];
        incrementHigh = state[2];
        incrementLow = state[3];
        hasHalf = state[4] == 1;
        half = (int) state[5];
    }

    /** Everything that decides what comes next: state and increment, high word first, and the waiting half draw. */
    public long[] state() {
        return new long[] {high, low, incrementHigh, incrementLow, hasHalf ? 1 : 0, half};
    }

    /** The next 64 random bits. */
    public long nextLong() {
        advance();
        return Long.rotateRight(high ^ low, (int) (high >>> 58));
    }

    private void advance() {
        long carry = multiplyHighUnsigned(low, MULTIPLIER_LOW);
        long newHigh = carry + high * MULTIPLIER_LOW + low * MULTIPLIER_HIGH + incrementHigh;
        long product = low * MULTIPLIER_LOW;
        low = product + incrementLow;
        high = newHigh + (Long.compareUnsigned(low, product) < 0 ? 1 : 0);
    }

    /** The next 32 random bits: the low half of a draw, then its high half. */
    public int nextInt() {
        if (hasHalf) {
            hasHalf = false;
            return half;
        }
        long bits = nextLong();
        hasHalf = true;
        half = (int) (bits >>> 32);
        return (int) bits;
    }

    /** Uniform in [0, 1), a multiple of 2⁻⁵³. */
    public double nextDouble() {
        return (nextLong() >>> 11) * DOUBLE_UNIT;
    }

    /** {@code low + (high - low) · nextDouble()}. */
    public double uniform(double low, double high) {
        return low + (high - low) * nextDouble();
    }

    /**
     * A whole number in [{@code low}, {@code high}), each as likely, as {@code Generator.integers(low, high)} draws it:
     * D. Lemire, "Fast Random Integer Generation in an Interval" (2019), on 32 bits where the interval allows it.
     *
     * @throws IllegalArgumentException if the interval is empty
     */
    public long integers(long low, long high) {
        if (low >= high) {
            throw new IllegalArgumentException("the interval is empty: [" + low + ", " + high + ")");
        }
        long last = high - low - 1; // unsigned
        if (last == 0) {
            return low;
        }
        return low + (Long.compareUnsigned(last, WORD) <= 0 ? within32(last) : within64(last));
    }

    private long within32(long last) {
        if (last == WORD) {
            return Integer.toUnsignedLong(nextInt());
        }
        long count = last + 1;
        long product = Integer.toUnsignedLong(nextInt()) * count;
        if ((product & WORD) < count) {
            long threshold = (WORD - last) % count;
            while ((product & WORD) < threshold) {
                product = Integer.toUnsignedLong(nextInt()) * count;
            }
        }
        return product >>> 32;
    }

    private long within64(long last) {
        long count = last + 1; // not 0: an interval of long bounds has fewer than 2⁶⁴ numbers
        long bits = nextLong();
        if (Long.compareUnsigned(bits * count, count) < 0) {
            long threshold = Long.remainderUnsigned(~last, count);
            while (Long.compareUnsigned(bits * count, threshold) < 0) {
                bits = nextLong();
            }
        }
        return multiplyHighUnsigned(bits, count);
    }

    /** A draw from the normal distribution with mean 0 and deviation 1, as {@code Generator.standard_normal()}. */
    public double standardNormal() {
        return NormalZiggurat.draw(this);
    }

    private static long multiplyHighUnsigned(long a, long b) {
        return Math.multiplyHigh(a, b) + ((a >> 63) & b) + ((b >> 63) & a);
    }
}
