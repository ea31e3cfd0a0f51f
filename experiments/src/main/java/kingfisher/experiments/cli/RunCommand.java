package kingfisher.experiments.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import kingfisher.agents.cli.Interruption;
import kingfisher.agents.run.ProcessLock;
import kingfisher.envs.InvalidInputException;
import kingfisher.experiments.curves.CurvesExperiment;
import kingfisher.experiments.report.SuiteReport;
import kingfisher.experiments.suite.ProcessLauncher;
import kingfisher.experiments.suite.RunKey;
import kingfisher.experiments.suite.RunSelection;
import kingfisher.experiments.suite.Suite;
import kingfisher.experiments.suite.SuiteFolder;
import kingfisher.experiments.suite.SuiteResults;
import kingfisher.experiments.suite.SuiteRunner;
import kingfisher.experiments.suite.Suites;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a suite, or goes on with it. */
@Command(
        name = "run",
        description = {
            "Runs a suite of trainings and writes tables, a summary and pictures to a folder.",
            "Given again, the command goes on with what is not done."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        sortSynopsis = false)
final class RunCommand implements Callable<Integer> {

    @Parameters(
            paramLabel = "SUITE",
            completionCandidates = SuiteNames.class,
            description = "One of: ${COMPLETION-CANDIDATES}.")
    private String suiteName = "";

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Folder of the results.")
    private Path out = Path.of("");

    @Option(
            names = "--only",
            paramLabel = "KEY=VALUE,...",
            description =
                    "Just these runs: algorithm=..., environment=..., seed=...; values of one key are alternatives.")
    private Optional<String> only = Optional.empty();

    @Option(
            names = "--jobs",
            paramLabel = "N",
            defaultValue = "1",
            description = "Runs at a time, at most one a core (default: ${DEFAULT-VALUE}).")
    private int jobs;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        requireJobs();
        if (suiteName.equals(CurvesExperiment.NAME)) {
            return runCurves();
        }
        Suite suite = Suites.find(suiteName);
        List<RunKey> selected =
                only.map(text -> RunSelection.parse(text, suite)).orElse(suite.runs());
        SuiteFolder folder = new SuiteFolder(out);
        SuiteResults.load(folder, suite); // what is wrong there is told before anything is written
        folder.create();
        ProcessLock lock = folder.lock();
        try (Interruption interruption = new Interruption()) {
            return run(suite, folder, selected, interruption);
        } finally {
            lock.close();
        }
    }

    private void requireJobs() {
        int cores = Runtime.getRuntime().availableProcessors();
        if (jobs < 1 || jobs > cores) {
            throw new InvalidInputException("--jobs must be from 1 to " + cores + " (the cores): " + jobs);
        }
    }

    private int runCurves() throws InterruptedException {
        PrintWriter text = spec.commandLine().getOut();
        SuiteFolder folder = new SuiteFolder(out);
        CurvesExperiment experiment = CurvesExperiment.of(
                only.orElse(""),
                folder,
                line -> {
                    text.println(line);
                    text.flush();
                },
                spec.commandLine().getErr()::println);
        folder.create();
        ProcessLock lock = folder.lock();
        try (Interruption interruption = new Interruption()) {
            boolean done = experiment.run(jobs, interruption::requested);
            if (interruption.requested()) {
                text.println("interrupted; the same command goes on");
                return Main.INTERRUPTED;
            }
            text.println((done ? "all runs are done" : "not all runs are done") + "; see " + folder.summary());
            return done ? 0 : Main.FAILED;
        } finally {
            lock.close();
        }
    }

    private int run(Suite suite, SuiteFolder folder, List<RunKey> selected, Interruption interruption)
            throws InterruptedException {
        PrintWriter text = spec.commandLine().getOut();
        SuiteResults results = SuiteResults.load(folder, suite);
        SuiteReport report = new SuiteReport(suite, folder, spec.commandLine().getErr()::println);
        SuiteProgress progress = new SuiteProgress(text, report, results, selected.size());
        progress.begin(selected.stream().filter(results::isDone).count());
        new SuiteRunner(suite, folder, results, new ProcessLauncher(interruption::requested), progress)
                .run(selected, jobs, interruption::requested);
        report.writeSummary(results);
        report.drawAllCurves(results);
        if (interruption.requested()) {
            text.println("interrupted; the same command goes on");
            return Main.INTERRUPTED;
        }
        long failed = selected.stream().filter(run -> !results.isDone(run)).count();
        text.println((failed == 0 ? "all runs are done" : failed + " runs are not done") + "; see " + folder.summary());
        return failed == 0 ? 0 : Main.FAILED;
    }
}
