package kingfisher.experiments.report;

import java.awt.AWTError;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import kingfisher.agents.plot.ChartStyle;
import kingfisher.agents.run.AtomicFile;
import kingfisher.experiments.suite.Suite;
import kingfisher.experiments.suite.SuiteFolder;
import kingfisher.experiments.suite.SuiteResults;
import kingfisher.experiments.suite.Task;

/** Writes the page and the pictures of a suite. */
public final class SuiteReport {
    private final Suite suite;
    private final SuiteFolder folder;
    private final Consumer<String> warn;

    /**
     * Creates the report.
     *
     * @param warn takes one line if a picture cannot be made, which is no reason to lose a run
     */
    public SuiteReport(Suite suite, SuiteFolder folder, Consumer<String> warn) {
        this.suite = suite;
        this.folder = folder;
        this.warn = warn;
    }

    /**
     * Writes the page {@code summary.md}, over the one that is there.
     *
     * @throws java.io.UncheckedIOException if that fails
     */
    public void writeSummary(SuiteResults results) {
        AtomicFile.write(folder.summary(), SummaryPage.of(suite, results));
    }

    /** Draws an environment's picture; none if there is no evaluation to show. */
    public void drawCurves(String environment, SuiteResults results) {
        List<Curve> curves = suite.tasks().stream()
                .filter(task -> task.environment().equals(environment))
                .map(task -> Curve.of(task, results))
                .filter(curve -> !curve.seeds().isEmpty())
                .toList();
        if (curves.isEmpty()) {
            return;
        }
        try {
            AtomicFile.write(folder.picture(environment), ChartStyle.png(LearningCurves.draw(environment, curves)));
        } catch (IOException | RuntimeException | LinkageError | InternalError | AWTError failure) {
            // a Java without its graphics libraries or a system without fonts fails in each of these ways
            warn.accept("no picture of " + environment + " was drawn: " + failure);
        }
    }

    /** Draws the picture of each environment that has an evaluation to show. */
    public void drawAllCurves(SuiteResults results) {
        suite.tasks().stream().map(Task::environment).distinct().forEach(each -> drawCurves(each, results));
    }
}
