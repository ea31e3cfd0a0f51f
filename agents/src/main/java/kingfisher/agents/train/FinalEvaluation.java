package kingfisher.agents.train;

import java.util.Arrays;
import java.util.List;
import kingfisher.agents.run.EvaluationResult;
import kingfisher.agents.run.ReturnSummary;

/** The evaluation that a run's result reports. */
public final class FinalEvaluation {

    private static final long SEED_OFFSET = 10_000;

    private FinalEvaluation() {}

    /** Returns the seed for a run's seed; neither training nor the evaluations on the way use it. */
    public static long seed(long runSeed) {
        return (runSeed + SEED_OFFSET) & Long.MAX_VALUE;
    }

    /**
     * Plays episodes with the most probable actions, and as many with drawn ones.
     *
     * @param stochastic whether the returns that are reported one by one are those of drawn actions
     */
    public static EvaluationResult run(
            Evaluator evaluator, String policy, int episodes, long seed, boolean stochastic) {
        List<Double> deterministic = list(evaluator.evaluate(episodes, seed, false));
        List<Double> drawn = list(evaluator.evaluate(episodes, seed, true));
        return new EvaluationResult(
                policy,
                seed,
                stochastic ? drawn : deterministic,
                ReturnSummary.of(deterministic),
                ReturnSummary.of(drawn));
    }

    private static List<Double> list(double[] returns) {
        return Arrays.stream(returns).boxed().toList();
    }
}
