package kingfisher.experiments.report;

import java.util.List;
import java.util.Optional;
import kingfisher.agents.run.RunStatus;
import kingfisher.experiments.suite.RunMeasures;
import kingfisher.experiments.suite.RunRow;
import kingfisher.experiments.suite.Statistics;
import kingfisher.experiments.suite.SuiteResults;
import kingfisher.experiments.suite.Task;

/**
 * What the runs of a task gave so far.
 *
 * @param returns the score of each completed run
 * @param seconds the training time of each completed run
 * @param failed how many runs failed
 */
record TaskOutcome(Task task, List<Double> returns, List<Double> seconds, int failed) {

    static TaskOutcome of(Task task, SuiteResults results) {
        List<RunRow> rows =
                task.runs().stream().map(results::row).flatMap(Optional::stream).toList();
        List<RunMeasures> measures =
                rows.stream().map(RunRow::measures).flatMap(Optional::stream).toList();
        return new TaskOutcome(
                task,
                measures.stream().map(task.goal().score()::of).toList(),
                measures.stream().map(RunMeasures::seconds).toList(),
                (int) rows.stream()
                        .filter(row -> row.status() == RunStatus.FAILED)
                        .count());
    }

    Statistics score() {
        return Statistics.of(returns);
    }

    Verdict verdict() {
        if (returns.size() < task.seeds().size()) {
            return Verdict.OPEN;
        }
        return task.isReached(returns) ? Verdict.REACHED : Verdict.MISSED;
    }
}
