package kingfisher.envs.check;

import java.util.List;
import java.util.function.Supplier;
import kingfisher.envs.Environment;
import kingfisher.envs.EnvironmentFailureException;

/**
 * Runs an environment against the contract of {@link Environment}, after the list of Gymnasium's checker.
 *
 * <p>It checks that a seed decides everything, that observations and rewards are what the spaces say, that ends are flagged
 * apart, that arrays are not shared, that snapshots continue exactly, that calls in a wrong order and actions outside the
 * space are refused, and that closing twice is harmless. It takes a few thousand random steps.
 */
public final class EnvironmentChecker {

    private static final List<Rule> RULES = List.of(
            new SpecificationRule(),
            new LifecycleRule(),
            new SeedRule(),
            new StepRule(),
            new ActionRule(),
            new SnapshotRule());

    private EnvironmentChecker() {}

    /**
     * Checks the environments that {@code supplier} makes, a new one each time.
     *
     * @return errors first, then warnings; empty if there is nothing to say
     */
    public static List<Finding> check(Supplier<Environment> supplier) {
        Findings findings = new Findings();
        for (Rule rule : RULES) {
            try {
                rule.check(supplier, findings);
            } catch (EnvironmentFailureException e) {
                findings.error(String.valueOf(e.getMessage()));
                break; // every other rule would find the same
            } catch (RuntimeException e) { // whatever an environment throws is what has to be reported
                findings.error("an exception that is not part of the contract: " + e);
            }
        }
        return findings.sorted();
    }
}
