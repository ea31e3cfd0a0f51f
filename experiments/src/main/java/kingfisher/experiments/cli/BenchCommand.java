package kingfisher.experiments.cli;

import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import kingfisher.agents.run.AtomicFile;
import kingfisher.agents.run.Json;
import kingfisher.experiments.bench.Benchmark;
import kingfisher.experiments.bench.BenchmarkResult;
import kingfisher.experiments.bench.Benchmarks;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures this project and a peer in turn. */
@Command(
        name = "bench",
        description = "Measures this project and another one in turn, in one go, on this machine.",
        mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {

    /** Load, in processes that want a core, above which others disturb a measurement. */
    private static final double BUSY = 0.5;

    @Parameters(
            paramLabel = "NAME",
            completionCandidates = BenchNames.class,
            description = "One of: ${COMPLETION-CANDIDATES}.")
    private String name = "";

    @Option(names = "--json", paramLabel = "FILE", description = "Write the samples there as JSON.")
    private Optional<Path> json = Optional.empty();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Benchmark benchmark = Benchmarks.find(name, System.getenv());
        json.ifPresent(file -> OutputFile.requireFolder("--json", file));
        PrintWriter out = spec.commandLine().getOut();
        warnIfBusy();
        BenchmarkResult result = benchmark.run(line -> {
            out.println(line);
            out.flush();
        });
        out.print(result.table());
        out.flush();
        json.ifPresent(file -> AtomicFile.write(file, Json.pretty(result.toJson())));
        return 0;
    }

    private void warnIfBusy() {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(); // negative where unknown
        if (load > BUSY) {
            spec.commandLine()
                    .getErr()
                    .printf(Locale.ROOT, "note: this machine is busy (load %.1f), which the figures will show%n", load);
        }
    }
}
