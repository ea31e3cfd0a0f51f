package kingfisher.envs.random;

import java.math.BigInteger;

/**
 * Spreads a seed over as many well-mixed bits as a generator needs, as {@code numpy.random.SeedSequence} does.
 *
 * <p>The seed's 32-bit words, lowest first, are hashed into a pool of four words, every word of the pool is mixed into
 * every other, and the output is the pool hashed again. After M. E. O'Neill, "Developing a seed_seq alternative" (2015),
 * and NumPy's documentation of {@code SeedSequence}. All arithmetic is modulo 2³².
 */
public final class SeedSequence {

    private static final int POOL_SIZE = 4;
    private static final int HASH_START = 0x43b0d7e5;
    private static final int HASH_FACTOR = 0x931e8875;
    private static final int OUTPUT_START = 0x8b51f9dd;
    private static final int OUTPUT_FACTOR = 0x58f38ded;
    private static final int MIX_LEFT = 0xca01f9dd;
    private static final int MIX_RIGHT = 0x4973f715;
    private static final int SHIFT = 16;

    private final int[] pool = new int[POOL_SIZE];

    /**
     * Mixes a seed.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public SeedSequence(long seed) {
        this(BigInteger.valueOf(seed));
    }

    /**
     * Mixes a seed of any size.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public SeedSequence(BigInteger seed) {
        if (seed.signum() < 0) {
            throw new IllegalArgumentException("a seed must not be negative: " + seed);
        }
        fillPool(words(seed));
    }

    private static int[] words(BigInteger seed) {
        int[] words = new int[Math.max(1, (seed.bitLength() + 31) / 32)];
        for (int i = 0; i < words.length; i++) {
            words[i] = seed.shiftRight(32 * i).intValue();
        }
        return words;
    }

    private void fillPool(int[] words) {
        Hash hash = new Hash(HASH_START, HASH_FACTOR);
        for (int i = 0; i < POOL_SIZE; i++) {
            pool[i] = hash.apply(i < words.length ? words[i] : 0);
        }
        for (int source = 0; source < POOL_SIZE; source++) {
            for (int target = 0; target < POOL_SIZE; target++) {
                if (source != target) {
                    pool[target] = mix(pool[target], hash.apply(pool[source]));
                }
            }
        }
        for (int i = POOL_SIZE; i < words.length; i++) {
            for (int target = 0; target < POOL_SIZE; target++) {
                pool[target] = mix(pool[target], hash.apply(words[i]));
            }
        }
    }

    private static int mix(int x, int y) {
        int mixed = MIX_LEFT * x - MIX_RIGHT * y;
        return mixed ^ (mixed >>> SHIFT);
    }

    /** The first {@code count} 64-bit words of output, each made of two 32-bit words, the low one first. */
    public long[] generate(int count) {
        Hash hash = new Hash(OUTPUT_START, OUTPUT_FACTOR);
        long[] output = new long[count];
        for (int i = 0; i < count; i++) {
            long low = Integer.toUnsignedLong(hash.apply(pool[(2 * i) % POOL_SIZE]));
            long high = Integer.toUnsignedLong(hash.apply(pool[(2 * i + 1) % POOL_SIZE]));
            output[i] = (high << 32) | low;
        }
        return output;
    }

    /** A multiplicative hash whose constant goes on from one word to the next. */
    private static final class Hash {

        private final int factor;
        private int constant;

        Hash(int start, int factor) {
            this.constant = start;
            this.factor = factor;
        }

        int apply(int word) {
            int hashed = word ^ constant;
            constant *= factor;
            hashed *= constant;
            return hashed ^ (hashed >>> SHIFT);
        }
    }
}
