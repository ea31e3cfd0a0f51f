package kingfisher.experiments.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import kingfisher.experiments.suite.RunKey;
import kingfisher.experiments.suite.RunMeasures;
import kingfisher.experiments.suite.RunRow;
import kingfisher.experiments.suite.Score;
import kingfisher.experiments.suite.Statistics;
import kingfisher.experiments.suite.Suite;
import kingfisher.experiments.suite.SuiteResults;
import kingfisher.experiments.suite.Task;

/** The page {@code summary.md}: one row a task with its goal, what was reached, and the command that makes the row. */
final class SummaryPage {
    /** Means below it are shown with two decimals. */
    private static final double SMALL = 10;

    private static final List<String> HEADER = List.of(
            "algorithm",
            "environment",
            "goal",
            "mean ± std",
            "worst",
            "passing",
            "goal is",
            "median seconds",
            "command");

    private SummaryPage() {}

    static String of(Suite suite, SuiteResults results) {
        StringBuilder page = new StringBuilder();
        page.append("# ").append(suite.name()).append("\n\n");
        page.append(suite.description()).append("\n\n");
        page.append("""
                Scores are those of the last policy: mean return of 100 episodes with the most probable actions, in
                environments that no training or selection used; mean and standard deviation (n − 1) are over seeds. Seconds
                are those of the training loop on one thread, without evaluations and the start of the process.

                """);
        if (suite.tasks().stream().anyMatch(task -> task.goal().score() == Score.LAST_TRAINING_EPISODES)) {
            page.append("""
                    Where the goal is for the training mean, scores are mean returns of the last 100 training episodes
                    instead, whose actions were drawn from the policy while it learned.

                    """);
        }
        if (suite.tasks().stream().anyMatch(task -> task.peer().isPresent())) {
            page.append("""
                    What another library's mean asks for is that mean less one standard error of the difference of both
                    means, √(s₁²/n₁ + s₂²/n₂).

                    """);
        }
        page.append(line(HEADER)).append(line(HEADER.stream().map(name -> "---").toList()));
        for (Task task : begun(suite, results)) {
            page.append(line(cells(suite, TaskOutcome.of(task, results))));
        }
        page.append("\nTrained by commit ").append(commits(results)).append(".\n");
        drawn(suite, results)
                .forEach(environment -> page.append("\n![")
                        .append(environment)
                        .append("](")
                        .append(RunKey.fileName(environment))
                        .append(".png)\n"));
        return page.toString();
    }

    /** The tasks of which at least one run has a row. */
    static List<Task> begun(Suite suite, SuiteResults results) {
        return suite.tasks().stream()
                .filter(task ->
                        task.runs().stream().anyMatch(run -> results.row(run).isPresent()))
                .toList();
    }

    /** The environments of which there is a picture. */
    private static List<String> drawn(Suite suite, SuiteResults results) {
        return suite.runs().stream()
                .filter(run -> !results.evaluations(run).rows().isEmpty())
                .map(RunKey::environment)
                .distinct()
                .toList();
    }

    private static List<String> cells(Suite suite, TaskOutcome outcome) {
        Task task = outcome.task();
        Statistics score = outcome.score();
        String deviation = score.count() < 2 ? "" : " ± " + number(score.std(), score);
        int seeds = task.seeds().size();
        String done = score.count() == seeds ? "" : " (" + score.count() + " of " + seeds + " runs done)";
        String failed = outcome.failed() == 0 ? "" : ", " + outcome.failed() + " failed";
        return List.of(
                task.algorithm(),
                task.environment(),
                goal(task, score),
                number(score.mean(), score) + deviation,
                number(score.min(), score),
                task.goal().passing(outcome.returns()) + " of " + score.count(),
                outcome.verdict().text() + done + failed,
                number(Statistics.of(outcome.seconds()).median()),
                "`java -jar experiments.jar run " + suite.name() + " --out results --only algorithm=" + task.algorithm()
                        + ",environment=" + task.environment() + "`");
    }

    private static String goal(Task task, Statistics score) {
        return task.goal()
                + task.peer()
                        .map(scores -> ", mean ≥ " + number(scores.required(score)) + " (" + scores.peer() + ": "
                                + number(scores.statistics().mean()) + " over "
                                + scores.returns().size() + " seeds)")
                        .orElse("");
    }

    private static String commits(SuiteResults results) {
        Map<String, Integer> runs = new TreeMap<>();
        results.rows().stream()
                .map(RunRow::measures)
                .flatMap(Optional::stream)
                .map(RunMeasures::commit)
                .forEach(commit -> runs.merge(commit, 1, Integer::sum));
        if (runs.isEmpty()) {
            return "(none yet)";
        }
        return runs.entrySet().stream()
                .map(entry -> entry.getKey() + " (" + entry.getValue() + " runs)")
                .reduce((first, second) -> first + ", " + second)
                .orElseThrow();
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%.1f", value);
    }

    /** A number about scores, with a decimal more where they are small. */
    private static String number(double value, Statistics score) {
        return Math.abs(score.mean()) < SMALL ? String.format(Locale.ROOT, "%.2f", value) : number(value);
    }

    private static String line(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }
}
