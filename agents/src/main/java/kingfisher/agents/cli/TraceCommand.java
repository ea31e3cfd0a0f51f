package kingfisher.agents.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.StreamSupport;
import kingfisher.agents.run.Json;
import kingfisher.envs.Environment;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.Space;
import kingfisher.envs.TimeStep;
import kingfisher.envs.registry.Environments;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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
    private long seed;

    @Option(
            names = "--actions",
            paramLabel = "FILE",
            required = true,
            description = "The actions, one a line: an integer or a JSON array.")
    private Path actions = Path.of("");

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "Where the trace is written.")
    private Path out = Path.of("");

    @Override
    public Integer call() {
        if (seed < 0) {
            throw new InvalidInputException("--seed must be from 0 to " + Long.MAX_VALUE + ": " + seed);
        }
        try (Environment environment = Environments.create(options.id(), options.arguments())) {
            List<double[]> sequence = readActions(environment.specification().actionSpace());
            try (BufferedWriter writer = Files.newBufferedWriter(out)) {
                trace(environment, sequence, writer);
            }
            return 0;
        } catch (IOException failure) {
            throw new InvalidInputException("can't write " + out + ": " + failure);
        }
    }

    private List<double[]> readActions(Space space) {
        List<String> lines;
        try {
            lines = Files.readAllLines(actions);
        } catch (IOException | UncheckedIOException failure) {
            throw new InvalidInputException("can't read " + actions + ": " + failure);
        }
        List<double[]> sequence = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                sequence.add(readAction(lines.get(i), i + 1, space));
            }
        }
        return sequence;
    }

    private double[] readAction(String line, int number, Space space) {
        try {
            JsonNode node = Json.parse(line);
            boolean plain = node.isNumber();
            if (plain || isNumberArray(node)) {
                double[] action = plain
                        ? new double[] {node.asDouble()}
                        : StreamSupport.stream(node.spliterator(), false)
                                .mapToDouble(JsonNode::asDouble)
                                .toArray();
                if (action.length == space.size()) {
                    return action;
                }
            }
        } catch (JsonProcessingException broken) {
            // reported below
        }
        throw new InvalidInputException(
                actions + " line " + number + " must be an action of " + space + ": " + line.strip());
    }

    private static boolean isNumberArray(JsonNode node) {
        return node.isArray() && StreamSupport.stream(node.spliterator(), false).allMatch(JsonNode::isNumber);
    }

    private void trace(Environment environment, List<double[]> sequence, BufferedWriter writer) throws IOException {
        write(reset(environment.reset(seed)), writer);
        for (double[] action : sequence) {
            TimeStep step = environment.step(action);
            ObjectNode line = Json.object();
            putObservation(line, step.observation());
            line.put("reward", step.reward());
            line.put("terminated", step.terminated()).put("truncated", step.truncated());
            write(line, writer);
            if (step.terminated() || step.truncated()) {
                write(reset(environment.reset()), writer);
            }
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
