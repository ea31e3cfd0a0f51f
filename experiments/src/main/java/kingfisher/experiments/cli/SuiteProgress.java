package kingfisher.experiments.cli;

import java.io.PrintWriter;
import java.util.Locale;
import kingfisher.experiments.report.SuiteReport;
import kingfisher.experiments.suite.RunMeasures;
import kingfisher.experiments.suite.RunRow;
import kingfisher.experiments.suite.SuiteListener;
import kingfisher.experiments.suite.SuiteResults;

/** Prints a line for each run that ends, and keeps the report up to date. */
final class SuiteProgress implements SuiteListener {
    private final PrintWriter out;
    private final SuiteReport report;
    private final SuiteResults results;
    private final int total;

    SuiteProgress(PrintWriter out, SuiteReport report, SuiteResults results, int total) {
        this.out = out;
        this.report = report;
        this.results = results;
        this.total = total;
    }

    void begin(long done) {
        print(done == 0 ? total + " runs" : done + " of " + total + " runs are done already");
    }

    @Override
    public void ended(RunRow row, String remark, int left) {
        report.writeSummary(results);
        report.drawCurves(row.key().environment(), results);
        String what = row.measures().map(SuiteProgress::describe).orElse(remark);
        print(row.key() + ": " + row.statusText() + ", " + what + " [" + (total - left) + " of " + total + "]");
    }

    private static String describe(RunMeasures measures) {
        return String.format(
                Locale.ROOT,
                "%.1f ± %.1f after %,d steps in %.1f s",
                measures.deterministic().mean(),
                measures.deterministic().std(),
                measures.steps(),
                measures.seconds());
    }

    private void print(String line) {
        out.println(line);
        out.flush();
    }
}
