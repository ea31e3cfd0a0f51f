package kingfisher.optim.kfac;

import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * What the parts of a step cost the stepping thread, in one unit for all, when they are done.
 *
 * @param gradient loss and gradient, which a first-order step needs too; positive
 * @param always what each step costs beside it: products with the inverse, the quadratic model, the loss after the step
 * @param factors an update of the factors
 * @param decomposition a decomposition of the factors
 */
public record StepCosts(double gradient, double always, double factors, double decomposition) {

    /** Checks that the costs are costs. */
    public StepCosts {
        requireCost("gradient", gradient);
        requireCost("always", always);
        requireCost("factors", factors);
        requireCost("decomposition", decomposition);
        if (gradient == 0) {
            throw new IllegalArgumentException("the cost of the gradient must be positive: " + gradient);
        }
    }

    private static void requireCost(String name, double value) {
        if (!(value >= 0 && value <= Double.MAX_VALUE)) {
            throw new IllegalArgumentException(
                    "the cost of %s must be at least 0 and finite: %s".formatted(name, value));
        }
    }

    /**
     * Returns the costs of recorded steps, as medians in nanoseconds: of factors over the steps that updated them, of
     * decompositions over those that decomposed them, of the others over all.
     *
     * @throws IllegalArgumentException if no step updated factors or none decomposed them
     */
    public static StepCosts of(List<StepReport> reports) {
        return new StepCosts(
                median(
                        "a step",
                        reports,
                        report -> true,
                        report -> report.times().gradient()),
                median("a step", reports, report -> true, StepCosts::always),
                median(
                        "an update of factors",
                        reports,
                        report -> report.curvature().factorAge() == 0,
                        report -> report.times().factors()),
                median(
                        "a decomposition",
                        reports,
                        report -> report.curvature().decompositionAge() == 0,
                        report -> report.times().decompositions()));
    }

    private static long always(StepReport report) {
        StageTimes times = report.times();
        return times.preconditioning() + times.model() + times.evaluation();
    }

    private static double median(
            String what, List<StepReport> reports, Predicate<StepReport> counts, ToLongFunction<StepReport> cost) {
        long[] costs = reports.stream().filter(counts).mapToLong(cost).sorted().toArray();
        if (costs.length == 0) {
            throw new IllegalArgumentException("the cost of %s: no step has one".formatted(what));
        }
        return 0.5 * (costs[(costs.length - 1) / 2] + costs[costs.length / 2]);
    }

    /** What a step costs on average, as a multiple of a step that computes the gradient alone. */
    public double relativeCost(int covariancePeriod, int decompositionPeriod) {
        return (gradient + always + factors / covariancePeriod + decomposition / decompositionPeriod) / gradient;
    }
}
