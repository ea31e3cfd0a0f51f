package kingfisher.envs.check;

import java.util.Arrays;
import java.util.function.Supplier;
import kingfisher.envs.Environment;

/** A seed decides everything that follows, and different seeds give different things. */
final class SeedRule implements Rule {

    private static final int LENGTH = 200;
    private static final long SEED = 123;
    private static final long OTHER_SEED = 456;

    @Override
    public void check(Supplier<Environment> supplier, Findings findings) {
        try (Environment first = supplier.get();
                Environment second = supplier.get()) {
            Rollout rollout = Rollout.from(first, SEED, LENGTH);
            Rollout.from(first, SEED, LENGTH)
                    .difference(rollout)
                    .ifPresent(difference -> findings.error("the same seed and actions give different results in the"
                            + " same environment: " + difference
                            + "; likely cause: reset(seed) leaves state of the episodes before, or something random"
                            + " does not use the seeded generator"));
            Rollout.from(second, SEED, LENGTH)
                    .difference(rollout)
                    .ifPresent(difference -> findings.error("the same seed and actions give different results in two"
                            + " environments: " + difference
                            + "; likely cause: static state, the clock, or a generator without a seed"));
            checkVariety(first, second, rollout, findings);
        }
    }

    private static void checkVariety(Environment first, Environment second, Rollout rollout, Findings findings) {
        if (Rollout.from(second, OTHER_SEED, LENGTH).difference(rollout).isEmpty()) {
            findings.warning("the seeds " + SEED + " and " + OTHER_SEED + " give the same " + LENGTH
                    + " steps; likely cause: reset(seed) does not use its seed (right if nothing is random here)");
            return;
        }
        double[] start = first.reset(SEED).clone();
        boolean otherStartDiffers = !Arrays.equals(start, second.reset(OTHER_SEED));
        first.reset(SEED);
        if (otherStartDiffers && Arrays.equals(start, first.reset())) {
            findings.warning("a reset without a seed repeats the start of the seeded one; likely cause: reset() seeds"
                    + " the generator again, so that all episodes are equal");
        }
    }
}
