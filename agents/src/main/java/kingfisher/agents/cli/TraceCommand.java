package kingfisher.agents.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import kingfisher.agents.run.Json;
import kingfisher.envs.Environment;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.TimeStep;
import kingfisher.envs.remote.EnvironmentOpener;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes what an environment does with given actions. */
@Command(
        name = "trace",
        description = "Applies actions from a file to an environment and writes what it does, as JSON lines.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class TraceCommand implements Callable<Integer> {

    @Mixin
    private EnvironmentOptions options = new EnvironmentOptions();

    @Option(names = "--seed", paramLabel = "S", required = true, description = "Seed of the first reset.")
    private String seed = "";

    @Option(
            names = "--actions",
            paramLabel = "FILE",
            required = true,
            description = "The actions, one a line: an integer or a JSON array.")
    private Path actions = Path.of("");

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "Where the trace is written.")
    private Path out = Path.of("");

    @Mixin
    private RemoteOptions remote = new RemoteOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException {
        long first = OptionValues.seed(seed);
        OptionValues.requireWritable("--out", out);
        Map<String, String> arguments = options.arguments();
        try (EnvironmentOpener opener = remote.open();
                Environment environment = opener.open(options.id(), arguments)) {
            List<double[]> sequence =
                    new ActionFile(actions, environment.specification().actionSpace()).read();
            requireOtherFile();
            return write(environment, environment.reset(first), sequence);
        }
    }

    /** Writes the trace from its first observation on; returns the exit code. */
    private int write(Environment environment, double[] first, List<double[]> sequence) {
        int done = 0;
        try (BufferedWriter writer = Files.newBufferedWriter(out)) {
            write(reset(first), writer);
            for (double[] action : sequence) {
                step(environment, action, writer);
                done++;
            }
            return 0;
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot write " + out + ": " + failure.getMessage(), failure);
        } catch (RuntimeException failure) {
            spec.commandLine()
                    .getErr()
                    .println("the trace stopped after " + done + " of " + sequence.size() + " actions: "
                            + Failures.describe(failure));
            return Main.FAILED;
        }
    }

    private void requireOtherFile() throws IOException {
        if (Files.exists(out) && Files.isSameFile(out, actions)) {
            throw new InvalidInputException("--out must be another file than --actions: " + out);
        }
    }

    private static void step(Environment environment, double[] action, BufferedWriter writer) throws IOException {
        TimeStep step = environment.step(action);
        ObjectNode line = Json.object();
        putObservation(line, step.observation());
        line.put("reward", step.reward());
        line.put("terminated", step.terminated()).put("truncated", step.truncated());
        write(line, writer);
        if (step.ended()) {
            write(reset(environment.reset()), writer);
        }
    }

    private static ObjectNode reset(double[] observation) {
        ObjectNode line = Json.object().put("reset", true);
        putObservation(line, observation);
        return line;
    }

    private static void putObservation(ObjectNode line, double[] observation) {
        ArrayNode array = line.putArray("observation");
        for (double value : observation) {
            array.add(value);
        }
    }

    private static void write(ObjectNode line, BufferedWriter writer) throws IOException {
        writer.write(Json.compact(line));
        writer.write('\n');
    }
}
