package kingfisher.envs.server;

import java.util.List;
import java.util.function.Function;

/** Seeds in messages, where they have 64 bits without sign; those of native environments have 63. */
final class Seeds {

    private Seeds() {}

    /**
     * Reads none, or one for each environment.
     *
     * @param refusal makes the exception for what is not accepted
     */
    static long[] of(List<Long> seeds, int count, Function<String, ? extends RuntimeException> refusal) {
        if (!seeds.isEmpty() && seeds.size() != count) {
            throw refusal.apply(seeds.size() + " seeds for " + count + " environments: none, or one each");
        }
        for (long seed : seeds) {
            if (seed < 0) {
                throw refusal.apply("a seed must be in 0 … 9223372036854775807: " + Long.toUnsignedString(seed));
            }
        }
        return seeds.stream().mapToLong(Long::longValue).toArray();
    }
}
