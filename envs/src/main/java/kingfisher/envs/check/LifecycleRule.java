package kingfisher.envs.check;

import java.util.function.Supplier;
import kingfisher.envs.Environment;
import kingfisher.envs.random.Pcg64;

/** A step before the first reset is refused, and closing is possible at any time, more than once. */
final class LifecycleRule implements Rule {

    private static final String WRAP = "; likely cause: made without OrderEnforcing, which the registry puts around it";

    @Override
    public void check(Supplier<Environment> supplier, Findings findings) {
        checkOrder(supplier, findings);
        try {
            Environment unused = supplier.get();
            unused.close();
            unused.close();
            Environment used = supplier.get();
            used.reset(0);
            used.close();
            used.close();
        } catch (RuntimeException e) {
            findings.error("closing twice must do nothing, but throws " + e);
        }
    }

    private static void checkOrder(Supplier<Environment> supplier, Findings findings) {
        try (Environment environment = supplier.get()) {
            double[] action = environment.specification().actionSpace().sample(new Pcg64(0));
            environment.step(action);
            findings.warning("a step before the first reset is accepted" + WRAP);
        } catch (IllegalStateException e) {
            // as it should be
        } catch (RuntimeException e) {
            findings.warning("a step before the first reset throws " + e + " instead of IllegalStateException" + WRAP);
        }
    }
}
