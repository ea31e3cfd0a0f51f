package kingfisher.experiments.suite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import kingfisher.agents.run.RunFolder;
import kingfisher.agents.run.RunStatus;
import kingfisher.envs.InvalidInputException;

/**
 * Runs a suite: what is done is left, what was half done is gone on with, and what fails does not keep the rest from
 * running.
 */
public final class SuiteRunner {
    /** A process that a signal ended exits with this and the signal's number: 2 and 15 ask it to end. */
    private static final List<Integer> INTERRUPTED_EXITS = List.of(128 + 2, 128 + 15);

    private final Suite suite;
    private final SuiteFolder folder;
    private final SuiteResults results;
    private final RunLauncher launcher;
    private final SuiteListener listener;
    private int left;

    /** Creates the runner of a suite in a folder that exists. */
    public SuiteRunner(
            Suite suite, SuiteFolder folder, SuiteResults results, RunLauncher launcher, SuiteListener listener) {
        this.suite = suite;
        this.folder = folder;
        this.results = results;
        this.launcher = launcher;
        this.listener = listener;
    }

    /**
     * Runs those of the selected runs that are not done.
     *
     * @param jobs how many at a time
     * @param stop asked before each run: once it says so no other begins
     * @throws UncheckedIOException if a result cannot be written
     * @throws InterruptedException if the thread was interrupted
     */
    public void run(List<RunKey> selected, int jobs, BooleanSupplier stop) throws InterruptedException {
        List<RunKey> open =
                selected.stream().filter(run -> !results.isDone(run)).toList();
        left = open.size();
        Jobs.run(
                jobs,
                open.stream()
                        .map(run -> (Jobs.Job) () -> {
                            if (!stop.getAsBoolean()) {
                                finish(run, stop);
                            }
                        })
                        .toList());
    }

    private void finish(RunKey run, BooleanSupplier stop) throws InterruptedException {
        Optional<RunMeasures> before = RunMeasures.read(result(run));
        if (before.isPresent()) {
            record(RunRow.completed(run, before.get()), ""); // a go before came to the result, but not to the row
            return;
        }
        try {
            Task task = suite.taskOf(run);
            int exit = launcher.launch(task, run.seed(), prepare(run), folder.run(run), folder.log(run));
            recordEnd(run, exit, stop);
        } catch (IOException failure) {
            record(new RunRow(run, RunStatus.FAILED, Optional.empty()), "could not be started: " + failure);
        }
    }

    /** Leaves a run folder that can be gone on with, or none. */
    private RunLauncher.Start prepare(RunKey run) throws IOException {
        Path runFolder = folder.run(run);
        if (!Files.exists(runFolder)) {
            return RunLauncher.Start.NEW;
        }
        try {
            RunFolder.ofExistingRun(runFolder).lastCheckpoint().read();
            return RunLauncher.Start.RESUMED;
        } catch (InvalidInputException noCheckpoint) {
            setAside(runFolder);
            return RunLauncher.Start.NEW;
        }
    }

    private void recordEnd(RunKey run, int exit, BooleanSupplier stop) {
        // a run that was told to stop when it was through has a result, though a signal ended it
        Optional<RunMeasures> measures = RunMeasures.read(result(run));
        if (measures.isPresent()) {
            record(RunRow.completed(run, measures.get()), "");
        } else if (stop.getAsBoolean() || INTERRUPTED_EXITS.contains(exit)) {
            record(new RunRow(run, RunStatus.INTERRUPTED, Optional.empty()), "the same command goes on with it");
        } else {
            record(new RunRow(run, RunStatus.FAILED, Optional.empty()), reason(run, exit));
        }
    }

    private String reason(RunKey run, int exit) {
        Path log = folder.log(run);
        String last = "";
        try {
            List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
            last = lines.stream()
                    .filter(line -> !line.isBlank())
                    .reduce((first, second) -> second)
                    .orElse("");
        } catch (IOException | UncheckedIOException unreadable) {
            // the exit code has to do
        }
        return "exit code " + exit + (last.isEmpty() ? "" : ", " + last.strip() + " (" + log + ")");
    }

    private synchronized void record(RunRow row, String remark) {
        left--;
        results.record(row, CsvTable.read(folder.run(row.key()).resolve("evaluations.csv")));
        listener.ended(row, remark, left);
    }

    private Path result(RunKey run) {
        return folder.run(run).resolve("result.json");
    }

    private static void setAside(Path runFolder) throws IOException {
        Path aside = runFolder;
        for (int number = 1; Files.exists(aside); number++) {
            aside = runFolder.resolveSibling(runFolder.getFileName() + ".unreadable-" + number);
        }
        Files.move(runFolder, aside);
    }
}
