package kingfisher.experiments.compare;

import java.util.Arrays;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * How likely a run of one algorithm is better than a run of another on the same task, in the mean over tasks, and how sure
 * that is by a bootstrap which draws runs anew within each task and algorithm (Agarwal et al. 2021, "Deep reinforcement
 * learning at the edge of the statistical precipice").
 *
 * @param mean over the tasks
 * @param low end of the interval in which 95 % of the drawn means lie
 * @param high end of that interval
 * @param sure share of the drawn means above one half
 */
public record ProbabilityOfImprovement(double mean, double low, double high, double sure) {

    private static final int DRAWS = 10_000;
    private static final double TAIL = 0.025;

    /**
     * Computes it.
     *
     * @param tasks at least one
     * @param random draws the runs
     */
    public static ProbabilityOfImprovement of(List<TaskScores> tasks, UniformRandomProvider random) {
        if (tasks.isEmpty()) {
            throw new IllegalArgumentException("no task to compare on");
        }
        double[] draws = new double[DRAWS];
        Arrays.setAll(
                draws,
                any -> tasks.stream()
                        .mapToDouble(task -> TaskScores.probabilityOfImprovement(
                                draw(task.first(), random), draw(task.second(), random)))
                        .average()
                        .orElseThrow());
        Arrays.sort(draws);
        double above = Arrays.stream(draws).filter(mean -> mean > 0.5).count();
        return new ProbabilityOfImprovement(
                tasks.stream()
                        .mapToDouble(TaskScores::probabilityOfImprovement)
                        .average()
                        .orElseThrow(),
                draws[(int) (TAIL * DRAWS)],
                draws[DRAWS - 1 - (int) (TAIL * DRAWS)],
                above / DRAWS);
    }

    private static double[] draw(List<Double> runs, UniformRandomProvider random) {
        double[] drawn = new double[runs.size()];
        Arrays.setAll(drawn, any -> runs.get(random.nextInt(runs.size())));
        return drawn;
    }
}
