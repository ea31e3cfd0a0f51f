package kingfisher.experiments.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import kingfisher.agents.run.AtomicFile;
import kingfisher.agents.run.Json;
import kingfisher.experiments.compare.Comparison;
import kingfisher.experiments.suite.Score;
import kingfisher.experiments.suite.SuiteFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares the results of two suites. */
@Command(
        name = "compare",
        description = {
            "Compares two algorithms' results on the tasks that both folders have, over whole runs:",
            "the probability that a run of the first is better than one of the second, with a bootstrap's interval."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class CompareCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "DIR", description = "Results of the algorithm that is asked about.")
    private Path first = Path.of("");

    @Parameters(index = "1", paramLabel = "OTHER", description = "Results of the algorithm it is compared with.")
    private Path second = Path.of("");

    @Option(
            names = "--training",
            description = "Compare the last 100 training returns, not the last policy's most probable actions.")
    private boolean training;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the comparison there as JSON.")
    private Optional<Path> json = Optional.empty();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        json.ifPresent(file -> OutputFile.requireFolder("--json", file));
        Score score = training ? Score.LAST_TRAINING_EPISODES : Score.LAST_POLICY;
        Comparison comparison = Comparison.of(new SuiteFolder(first), new SuiteFolder(second), score);
        PrintWriter out = spec.commandLine().getOut();
        out.print(comparison.table());
        out.flush();
        json.ifPresent(file -> AtomicFile.write(file, Json.pretty(comparison.toJson())));
        return 0;
    }
}
