package kingfisher.agents.train;

import java.util.Base64;
import org.apache.commons.rng.RandomProviderState;
import org.apache.commons.rng.RestorableUniformRandomProvider;
import org.apache.commons.rng.core.RandomProviderDefaultState;
import org.apache.commons.rng.simple.RandomSource;

/** Independent generators for the purposes of a run, all derived from its seed, and their states as text. */
public final class RandomStreams {

    /** What a generator is for; each purpose has a stream of its own, so that one's use does not shift another's. */
    public enum Purpose {
        /** The initial parameters. */
        INITIALIZATION(1),
        /** The policy's actions. */
        ACTIONS(2),
        /** The order of minibatches. */
        MINIBATCHES(3),
        /** The actions of stochastic evaluations. */
        EVALUATION(4);

        private final int number;

        Purpose(int number) {
            this.number = number;
        }
    }

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private RandomStreams() {}

    /** Returns the generator of a purpose at its beginning. */
    public static RestorableUniformRandomProvider create(long seed, Purpose purpose) {
        return RandomSource.L64_X128_MIX.create(mix(seed + purpose.number * GOLDEN_GAMMA));
    }

    /** Returns a seed, 0 or more, that a run's seed and a number determine and that resembles neither. */
    static long seed(long runSeed, long number) {
        return mix(mix(runSeed) + number) & Long.MAX_VALUE;
    }

    /** SplitMix64's output function (Steele et al. 2014): neighbouring seeds give unrelated streams. */
    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** Returns a generator's state as text. */
    public static String save(RestorableUniformRandomProvider random) {
        RandomProviderState state = random.saveState();
        return Base64.getEncoder().encodeToString(((RandomProviderDefaultState) state).getState());
    }

    /** Sets a generator to a state that {@link #save} gave. */
    public static void restore(RestorableUniformRandomProvider random, String state) {
        random.restoreState(new RandomProviderDefaultState(Base64.getDecoder().decode(state)));
    }
}
