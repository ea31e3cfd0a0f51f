package kingfisher.agents.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import kingfisher.agents.run.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that list and check environments, a user's own among them. */
final class EnvironmentCommandsTest {

    @TempDir
    private Path folder;

    @Test
    void environmentsAreListedForPeople() {
        Program.Outcome outcome = Program.run("envs");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out())
                .contains("CartPole-v1 ", "Forgetful-v0 ", "actions Discrete(2)", "--env-arg g=10.0  acceleration")
                .endsWith(
                        "\nOthers: gym:ID is Gymnasium's (it starts by itself), grpc://HOST:PORT/ID and grpc:unix:PATH/ID"
                                + " are a running server's.\n");
    }

    @Test
    void environmentsAreListedForPrograms() throws Exception {
        JsonNode list = Json.parse(Program.run("envs", "--json").out());

        List<String> ids = new ArrayList<>();
        list.forEach(entry -> ids.add(entry.path("id").asText()));
        assertThat(ids)
                .isSorted()
                .contains(
                        "Acrobot-v1",
                        "CartPole-v1",
                        "MountainCar-v0",
                        "MountainCarContinuous-v0",
                        "Pendulum-v1",
                        OddEnvironments.FORGETFUL);
        JsonNode pendulum = list.path(ids.indexOf("Pendulum-v1"));
        assertThat(pendulum.path("actionSpace").asText()).isEqualTo("Box(-2.0, 2.0, (1,), float32)");
        assertThat(pendulum.path("timeLimit").asInt()).isEqualTo(200);
        assertThat(pendulum.path("arguments").path(0).path("name").asText()).isEqualTo("g");
    }

    @ParameterizedTest
    @ValueSource(strings = {"CartPole-v1", "Pendulum-v1", "Forgetful-v0", "Parts-v0"})
    void anEnvironmentThatKeepsTheContractPasses(String id) throws Exception {
        Path json = folder.resolve("findings.json");
        Program.Outcome outcome = Program.run("check-env", id, "--json", json.toString());

        assertThat(outcome.code()).as(outcome.out()).isZero();
        assertThat(outcome.out()).contains(id + ": 0 errors, ");
        assertThat(Json.parse(Files.readString(json)).path("ok").asBoolean()).isTrue();
    }

    @Test
    void anEnvironmentThatBreaksFails() throws Exception {
        Path json = folder.resolve("findings.json");
        Program.Outcome outcome = Program.run("check-env", OddEnvironments.BREAKING, "--json", json.toString());

        assertThat(outcome.code()).isEqualTo(Main.FAILED);
        assertThat(outcome.out()).contains("the robot fell over");
        JsonNode findings = Json.parse(Files.readString(json));
        assertThat(findings.path("ok").asBoolean()).isFalse();
        assertThat(findings.path("findings").path(0).path("severity").asText()).isEqualTo("error");
    }

    @Test
    void anUnknownEnvironmentIsRefused() {
        Program.Outcome outcome = Program.run("check-env", "Cartpole-v1");

        assertThat(outcome.code()).isEqualTo(Main.WRONG_INPUT);
        assertThat(outcome.err())
                .isEqualTo("unknown environment Cartpole-v1; nearest: CartPole-v1, CartPole-v0, Acrobot-v1\n");
        assertThat(Program.run("check-env", "Pendulum-v1", "--env-arg", "g=x").err())
                .isEqualTo("Pendulum-v1: argument g must be a finite number: x\n");
    }
}
