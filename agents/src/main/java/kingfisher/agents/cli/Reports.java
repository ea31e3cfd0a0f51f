package kingfisher.agents.cli;

import java.util.Locale;
import kingfisher.agents.run.EvaluationResult;
import kingfisher.agents.run.RunFolder;
import kingfisher.agents.train.TimeSpent;

/** Sentences for people. */
final class Reports {

    private Reports() {}

    static String summary(EvaluationResult evaluation, long steps, TimeSpent spent, RunFolder folder) {
        return evaluation(evaluation)
                + String.format(
                        Locale.ROOT,
                        "%n%,d steps in %.1f s of training (%,.0f steps/s); everything is in %s",
                        steps,
                        spent.total(),
                        steps / spent.total(),
                        folder.root());
    }

    static String evaluation(EvaluationResult evaluation) {
        return String.format(
                Locale.ROOT,
                "%s policy, %d episodes: mean return %.2f ± %.2f with the most probable actions, %.2f ± %.2f with drawn"
                        + " ones",
                evaluation.policy(),
                evaluation.returns().size(),
                evaluation.deterministic().mean(),
                evaluation.deterministic().std(),
                evaluation.stochastic().mean(),
                evaluation.stochastic().std());
    }
}
