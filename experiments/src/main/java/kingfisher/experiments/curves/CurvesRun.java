package kingfisher.experiments.curves;

import java.util.function.Function;

/**
 * An optimizer with its settings.
 *
 * @param algorithm for example {@code kfac}
 * @param setting what tells it from other runs of the algorithm, in words without comma
 * @param updates how many it makes
 * @param start begins the work
 */
record CurvesRun(String algorithm, String setting, int updates, Function<Workbench, Learner> start) {

    /** What tells a run from all others. */
    String name() {
        return algorithm + " " + setting;
    }
}
