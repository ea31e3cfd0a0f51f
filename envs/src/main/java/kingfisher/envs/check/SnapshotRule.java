package kingfisher.envs.check;

import java.util.Optional;
import java.util.function.Supplier;
import kingfisher.envs.Environment;

/** Where there are snapshots, taking one changes nothing and a restored environment continues bit for bit. */
final class SnapshotRule implements Rule {

    private static final int BEFORE = 25;
    private static final int AFTER = 200;
    private static final long SEED = 99;

    @Override
    public void check(Supplier<Environment> supplier, Findings findings) {
        try (Environment plain = supplier.get();
                Environment saved = supplier.get();
                Environment restored = supplier.get()) {
            Rollout.from(plain, SEED, BEFORE);
            Rollout expected = Rollout.on(plain, AFTER);
            Rollout.from(saved, SEED, BEFORE);
            Optional<byte[]> snapshot = saved.snapshot();
            if (snapshot.isEmpty()) {
                return;
            }
            Rollout.on(saved, AFTER)
                    .difference(expected)
                    .ifPresent(difference -> findings.error("taking a snapshot changes what follows: " + difference));
            saved.restore(snapshot.get());
            compare("the environment it was taken from", saved, expected, findings);
            restored.restore(snapshot.get());
            compare("a new environment", restored, expected, findings);
        }
    }

    private static void compare(String where, Environment environment, Rollout expected, Findings findings) {
        Rollout.on(environment, AFTER)
                .difference(expected)
                .ifPresent(difference -> findings.error("a snapshot restored into " + where
                        + " does not continue as it would have: " + difference
                        + "; likely cause: the snapshot lacks the generator or a part of the state"));
    }
}
