package kingfisher.experiments.compare;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import kingfisher.agents.run.Json;
import kingfisher.envs.InvalidInputException;
import kingfisher.experiments.suite.RunRow;
import kingfisher.experiments.suite.Score;
import kingfisher.experiments.suite.Statistics;
import kingfisher.experiments.suite.SuiteFolder;
import org.apache.commons.rng.simple.RandomSource;

/**
 * Two algorithms' results on the tasks that both have learned.
 *
 * @param first name of the one that is asked about
 * @param second name of the other one
 * @param score the number of a run that counts
 * @param tasks at least one, in order
 */
public record Comparison(String first, String second, Score score, List<TaskScores> tasks) {

    private static final long SEED = 1;

    /** Keeps a copy. */
    public Comparison {
        tasks = List.copyOf(tasks);
    }

    /**
     * Reads the results of two suites.
     *
     * @throws InvalidInputException if a folder has no results of just one algorithm, or there is no task in both
     */
    public static Comparison of(SuiteFolder first, SuiteFolder second, Score score) {
        List<RunRow> ours = completed(first);
        List<RunRow> others = completed(second);
        Map<String, List<Double>> otherScores = scores(others, score);
        List<TaskScores> tasks = new ArrayList<>();
        scores(ours, score).forEach((environment, values) -> {
            List<Double> other = otherScores.getOrDefault(environment, List.of());
            if (!other.isEmpty()) {
                tasks.add(new TaskScores(environment, values, other));
            }
        });
        if (tasks.isEmpty()) {
            throw new InvalidInputException(
                    "no environment has completed runs in both " + first.root() + " and " + second.root());
        }
        return new Comparison(algorithm(ours, first), algorithm(others, second), score, tasks);
    }

    private static List<RunRow> completed(SuiteFolder folder) {
        List<RunRow> rows = RunRow.readAll(folder.results()).stream()
                .filter(row -> row.measures().isPresent())
                .toList();
        if (rows.isEmpty()) {
            throw new InvalidInputException("no completed run in " + folder.results());
        }
        return rows;
    }

    private static String algorithm(List<RunRow> rows, SuiteFolder folder) {
        List<String> algorithms =
                rows.stream().map(row -> row.key().algorithm()).distinct().toList();
        if (algorithms.size() > 1) {
            throw new InvalidInputException(
                    folder.results() + " must have the runs of one algorithm: " + String.join(", ", algorithms));
        }
        return algorithms.get(0);
    }

    private static Map<String, List<Double>> scores(List<RunRow> rows, Score score) {
        Map<String, List<Double>> byEnvironment = new TreeMap<>();
        for (RunRow row : rows) {
            row.measures()
                    .ifPresent(measures -> byEnvironment
                            .computeIfAbsent(row.key().environment(), any -> new ArrayList<>())
                            .add(score.of(measures)));
        }
        return byEnvironment;
    }

    /** Returns how likely the first one is better; the same at each call. */
    public ProbabilityOfImprovement probabilityOfImprovement() {
        return ProbabilityOfImprovement.of(tasks, RandomSource.L64_X128_MIX.create(SEED));
    }

    /** Returns the comparison as scripts read it. */
    public ObjectNode toJson() {
        ObjectNode json = Json.object()
                .put("first", first)
                .put("second", second)
                .put("score", score.name().toLowerCase(Locale.ROOT));
        ArrayNode list = json.putArray("tasks");
        for (TaskScores task : tasks) {
            ObjectNode node = list.addObject().put("environment", task.environment());
            task.first().forEach(node.putArray("first")::add);
            task.second().forEach(node.putArray("second")::add);
            node.put("probabilityOfImprovement", task.probabilityOfImprovement());
        }
        ProbabilityOfImprovement overall = probabilityOfImprovement();
        json.put("probabilityOfImprovement", overall.mean());
        json.putArray("interval95").add(overall.low()).add(overall.high());
        return json.put("shareOfDrawsAboveOneHalf", overall.sure());
    }

    /** Returns the comparison as people read it, in some lines. */
    public String table() {
        StringBuilder text = new StringBuilder();
        String probability = "P(" + first + " > " + second + ")";
        line(text, "environment", first, second, probability);
        for (TaskScores task : tasks) {
            line(
                    text,
                    task.environment(),
                    cell(task.first()),
                    cell(task.second()),
                    number(task.probabilityOfImprovement()));
        }
        ProbabilityOfImprovement overall = probabilityOfImprovement();
        text.append(String.format(
                Locale.ROOT,
                "%s over %d %s: %.2f, 95 %% of bootstrap draws in [%.2f, %.2f], %.1f %% of them above one half%n",
                probability,
                tasks.size(),
                tasks.size() == 1 ? "task" : "tasks",
                overall.mean(),
                overall.low(),
                overall.high(),
                100 * overall.sure()));
        return text.toString();
    }

    private static void line(StringBuilder text, String environment, String one, String other, String probability) {
        text.append(String.format(Locale.ROOT, "%-32s%28s%28s%18s%n", environment, one, other, probability));
    }

    private static String cell(List<Double> runs) {
        Statistics statistics = Statistics.of(runs);
        return runs.size() == 1
                ? String.format(Locale.ROOT, "%.1f (1 run)", statistics.mean())
                : String.format(Locale.ROOT, "%.1f ± %.1f (%d runs)", statistics.mean(), statistics.std(), runs.size());
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
