package kingfisher.envs.check;

import java.util.function.Supplier;
import kingfisher.envs.Environment;

/** One group of checks, on environments of its own. */
interface Rule {

    void check(Supplier<Environment> supplier, Findings findings);
}
