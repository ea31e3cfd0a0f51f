package kingfisher.agents.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import kingfisher.agents.run.Json;
import kingfisher.envs.Environment;
import kingfisher.envs.TimeStep;
import kingfisher.envs.random.Pcg64;
import kingfisher.envs.registry.Environments;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The lines of a trace: these keys in this order, and every number the same double again. */
final class TraceCommandTest {
    private static final int SEED = 77;
    private static final int ACTIONS = 450;

    @TempDir
    private Path folder;

    private List<String> trace(String environment, String actions, String... more) throws IOException {
        Path file = Files.writeString(folder.resolve("actions"), actions);
        Path out = folder.resolve("out");
        List<String> arguments = new ArrayList<>(List.of(
                "trace",
                "--env",
                environment,
                "--seed",
                Integer.toString(SEED),
                "--actions",
                file.toString(),
                "--out",
                out.toString()));
        arguments.addAll(List.of(more));
        assertThat(Program.run(arguments.toArray(String[]::new))).isEqualTo(new Program.Outcome(0, "", ""));
        return Files.readAllLines(out);
    }

    @ParameterizedTest
    @ValueSource(strings = {"CartPole-v1", "MountainCarContinuous-v0", "Pendulum-v1", "Parts-v0"})
    void aTraceIsWhatTheEnvironmentDoesWithResetsBetweenEpisodes(String id) throws IOException {
        Environment environment = Environments.create(id, Map.of());
        Pcg64 random = new Pcg64(SEED);
        List<double[]> actions = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < ACTIONS; i++) {
            double[] action = environment.specification().actionSpace().sample(random);
            actions.add(action);
            text.append(id.equals("CartPole-v1") ? Integer.toString((int) action[0]) : array(action))
                    .append('\n');
        }

        List<String> lines = trace(id, text.toString());

        List<String> expected = new ArrayList<>();
        expected.add(resetLine(environment.reset(SEED)));
        for (double[] action : actions) {
            TimeStep step = environment.step(action);
            expected.add("{\"observation\":" + array(step.observation()) + ",\"reward\":" + step.reward()
                    + ",\"terminated\":" + step.terminated() + ",\"truncated\":" + step.truncated() + "}");
            if (step.ended()) {
                expected.add(resetLine(environment.reset()));
            }
        }
        assertThat(expected.stream().filter(line -> line.startsWith("{\"reset\"")))
                .hasSizeGreaterThan(id.equals("MountainCarContinuous-v0") ? 0 : 1);
        assertThat(lines.stream().map(TraceCommandTest::numbers).toList())
                .isEqualTo(expected.stream().map(TraceCommandTest::numbers).toList());
        assertThat(lines.stream().map(TraceCommandTest::keys).toList())
                .isEqualTo(expected.stream().map(TraceCommandTest::keys).toList());
    }

    private static String resetLine(double[] observation) {
        return "{\"reset\":true,\"observation\":" + array(observation) + "}";
    }

    private static String array(double[] values) {
        return Arrays.toString(values);
    }

    private static List<Double> numbers(String line) {
        JsonNode node = parse(line);
        List<Double> numbers = new ArrayList<>();
        node.path("observation").forEach(number -> numbers.add(number.doubleValue()));
        numbers.add(node.path("reward").doubleValue());
        return numbers;
    }

    private static List<String> keys(String line) {
        JsonNode node = parse(line);
        List<String> keys = new ArrayList<>();
        node.properties()
                .forEach(field ->
                        keys.add(field.getKey() + (field.getValue().isBoolean() ? "=" + field.getValue() : "")));
        return keys;
    }

    private static JsonNode parse(String line) {
        try {
            return Json.parse(line);
        } catch (IOException broken) {
            throw new AssertionError(line, broken);
        }
    }

    @Test
    void actionsAreNumbersOrArraysAndEmptyLinesAreNone() throws IOException {
        assertThat(trace("CartPole-v1", "1\n\n[0]\n  1  \n[ 1.0 ]")).hasSize(1 + 4);
        assertThat(trace("CartPole-v1", "")).hasSize(1);
    }

    @Test
    void anActionOfSeveralPartsIsAFlatOrANestedArray() throws IOException {
        assertThat(trace("Parts-v0", "[0, 3]\n[[1], 2]\n[[[1, 1]]]")).hasSize(1 + 3);
        for (String wrong :
                List.of("1", "[1]", "[1,0]", "[2,1]", "[0,1,1]", "[0,[1,\"a\"]]", "{\"button\":0}", "[0,null]")) {
            Path file = Files.writeString(folder.resolve("wrong"), "[0,1]\n" + wrong);
            Path out = folder.resolve("none");
            assertThat(Program.run(
                            "trace",
                            "--env",
                            "Parts-v0",
                            "--seed",
                            "1",
                            "--actions",
                            file.toString(),
                            "--out",
                            out.toString()))
                    .isEqualTo(new Program.Outcome(
                            Main.WRONG_INPUT,
                            "",
                            file
                                    + ":2: must be an action of Composite(button: Discrete(2), gear: Discrete(3, start=1)): "
                                    + wrong + "\n"));
            assertThat(out).doesNotExist();
        }
    }

    @Test
    void aForceBeyondTheBoundsIsAppliedAsTheEnvironmentDoes() throws IOException {
        assertThat(trace("Pendulum-v1", "[5]\n[-1e30]\n")).isEqualTo(trace("Pendulum-v1", "2\n-2\n"));
    }

    @Test
    void argumentsReachTheEnvironment() throws IOException {
        List<String> usual = trace("Pendulum-v1", "0\n0\n");

        assertThat(trace("Pendulum-v1", "0\n0\n", "--env-arg", "g=10.0")).isEqualTo(usual);
        assertThat(trace("Pendulum-v1", "0\n0\n", "--env-arg", "g=1")).isNotEqualTo(usual);
        assertThat(StreamSupport.stream(parse(usual.get(0)).path("observation").spliterator(), false))
                .hasSize(3);
    }
}
