package kingfisher.envs.check;

import java.util.function.Supplier;
import kingfisher.envs.Environment;
import kingfisher.envs.EnvironmentSpecification;

/** The supplier makes new environments, and their specification never changes. */
final class SpecificationRule implements Rule {

    @Override
    public void check(Supplier<Environment> supplier, Findings findings) {
        try (Environment first = supplier.get();
                Environment second = supplier.get()) {
            if (first == second) {
                findings.error("the supplier gives the same environment twice; it has to make a new one each time");
                return;
            }
            EnvironmentSpecification specification = first.specification();
            first.reset(0);
            if (!specification.equals(first.specification())) {
                findings.error(
                        "the specification changed by a reset: " + specification + " and " + first.specification());
            } else if (!specification.equals(second.specification())) {
                findings.error("two environments made in the same way differ in their specification: " + specification
                        + " and " + second.specification() + "; likely cause: static state");
            }
        }
    }
}
