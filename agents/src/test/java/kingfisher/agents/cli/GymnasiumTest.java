package kingfisher.agents.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import kingfisher.agents.run.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands on real Gymnasium environments: what they give, and what is told and kept when an environment goes wrong. */
final class GymnasiumTest {

    @TempDir
    private Path parent;

    private final List<GymnasiumProgram> started = new ArrayList<>();

    private GymnasiumProgram start(String... arguments) {
        GymnasiumProgram program =
                GymnasiumProgram.start(parent.resolve("process-" + started.size()), List.of(arguments));
        started.add(program);
        return program;
    }

    private GymnasiumProgram train(Path run, String environment, String... more) {
        List<String> arguments = new ArrayList<>(
                List.of("train", "ppo", "--env", environment, "--run", run.toString(), "--quiet", "--threads", "1"));
        arguments.addAll(
                List.of("--set", "environments=4", "--set", "rollout-steps=64", "--set", "evaluation-interval=0"));
        arguments.addAll(List.of("--python-import", "faulty_environments"));
        arguments.addAll(List.of(more));
        return start(arguments.toArray(String[]::new));
    }

    @AfterEach
    void end() {
        started.forEach(program -> program.process().destroyForcibly());
    }

    private static void assertGone(List<ProcessHandle> servers) throws InterruptedException {
        assertThat(servers).isNotEmpty();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (servers.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertThat(servers).noneMatch(ProcessHandle::isAlive);
    }

    @Test
    void aTrainingOnGymnasiumEqualsOneOnTheNativeTask() throws Exception {
        Path bridged = parent.resolve("bridged");
        Path own = parent.resolve("native");
        String[] short4 = {"--steps", "2048", "--seed", "3"};

        assertThat(train(bridged, "gym:CartPole-v1", short4).await())
                .as(started.get(0).errors())
                .isZero();
        assertThat(train(own, "CartPole-v1", short4).await())
                .as(started.get(1).errors())
                .isZero();

        new RunFiles(bridged).assertSameNumbersAs(new RunFiles(own));
        assertThat(Json.parse(Files.readString(bridged.resolve("provenance.json")))
                        .toString())
                .contains("gymnasium", "numpy");
        assertThat(start("evaluate", bridged.toString(), "--episodes", "3").await())
                .isZero();
        assertThat(start("resume", bridged.toString(), "--steps", "4096", "--quiet")
                        .await())
                .isZero();
        assertThat(new RunFiles(bridged).rows()).isEqualTo(16);
    }

    @Test
    void environmentsAreTracedAndChecked() throws Exception {
        Path actions = Files.writeString(parent.resolve("actions"), "0\n1\n2\n".repeat(70));
        Path trace = parent.resolve("trace");
        assertThat(start(
                                "trace",
                                "--env",
                                "gym:Taxi-v4",
                                "--seed",
                                "5",
                                "--actions",
                                actions.toString(),
                                "--out",
                                trace.toString())
                        .await())
                .as(started.get(0).errors())
                .isZero();
        List<String> lines = Files.readAllLines(trace);
        assertThat(lines.get(0)).matches("\\{\"reset\":true,\"observation\":\\[[0-9]+\\.0]}");
        assertThat(lines).as("210 steps, two resets: Taxi ends after 200").hasSize(212);

        assertThat(start("check-env", "gym:Blackjack-v1").await())
                .as(started.get(1).output())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Raises-v0     | the simulator lost its licence",
                "NotANumber-v0 | NaN",
                "WrongShape-v0 | [4]",
                "Exits-v0      | ended",
                "Freezes-v0    | --environment-timeout",
                "Sleeps-v0     | --environment-timeout",
            })
    void aFailureOnTheWayKeepsTheRunAndIsToldInOneLine(String environment, String told) throws Exception {
        Path run = parent.resolve("run");
        GymnasiumProgram program = train(run, "gym:" + environment, "--steps", "100k", "--environment-timeout", "3");

        assertThat(program.await()).as(program.errors()).isEqualTo(Main.FAILED);

        assertThat(program.errors())
                .matches("the run stopped after [0-9]+ steps: .*; go on from the last checkpoint with: "
                        + "java -jar agents.jar resume " + run + " .*")
                .contains("gym:" + environment, told, "--python-import faulty_environments");
        RunFiles files = new RunFiles(run);
        assertThat(files.status()).isEqualTo("failed");
        assertThat(files.rows()).as("good iterations before").isPositive();
        int rows = files.rows();

        GymnasiumProgram resumed = start(
                "resume",
                run.toString(),
                "--quiet",
                "--environment-timeout",
                "3",
                "--python-import",
                "faulty_environments");
        assertThat(resumed.await())
                .as("it fails again, later: " + resumed.errors())
                .isEqualTo(Main.FAILED);
        assertThat(files.rows()).as("rows after the second failure").isGreaterThanOrEqualTo(rows);
    }

    @Test
    void aServerThatIsKilledIsToldAndTheRunGoesOn() throws Exception {
        Path run = parent.resolve("run");
        RunFiles files = new RunFiles(run);
        GymnasiumProgram program = train(run, "gym:CartPole-v1", "--steps", "40960");
        while (program.process().isAlive() && files.rows() < 3) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        program.servers().get(0).destroyForcibly();

        assertThat(program.await()).as(program.errors()).isEqualTo(Main.FAILED);
        assertThat(program.errors()).contains("gym:CartPole-v1", "go on from the last checkpoint with");
        int rows = files.rows();

        assertThat(start("resume", run.toString(), "--quiet").await()).isZero();
        assertThat(files.status()).isEqualTo("completed");
        assertThat(files.rows()).isEqualTo(160).isGreaterThan(rows);
    }

    @ParameterizedTest
    @ValueSource(strings = {"KILL", "TERM"})
    void noServerOutlivesTheProgram(String signal) throws Exception {
        Path run = parent.resolve("run");
        RunFiles files = new RunFiles(run);
        GymnasiumProgram program = train(run, "gym:CartPole-v1", "--steps", "10M");
        while (program.process().isAlive() && files.rows() < 2) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        List<ProcessHandle> servers = program.servers();

        new ProcessBuilder("kill", "-" + signal, Long.toString(program.process().pid()))
                .start()
                .waitFor();
        program.await();

        assertGone(servers);
        if (signal.equals("TERM")) {
            assertThat(files.status()).as(program.errors()).isEqualTo("interrupted");
        }
    }

    @Test
    void randomKillsAreAllSurvived() throws Exception {
        long seed = 20_261_124;
        assertThat(new ServerKills(parent, seed).run(4)).as("seed " + seed).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gym:HalfChetah-v5             |  | HalfCheetah-v5",
                "gym:CartPole-v1               | length=3 | length",
                "gym:os:CartPole-v1            |  | os",
                "gymm:CartPole-v1              |  | gym:",
                "grpc://localhost:1/CartPole-v1 |  | nothing listens",
                "grpc:unix:nowhere/CartPole-v1 |  | nowhere",
                "grpc://localhost/CartPole-v1  |  | port",
            })
    void wrongInputIsToldInOneLineAndNothingIsWritten(String environment, String argument, String told)
            throws Exception {
        Path run = parent.resolve("run");
        GymnasiumProgram program =
                argument == null ? train(run, environment) : train(run, environment, "--env-arg", argument);

        assertThat(program.await()).as(program.errors()).isEqualTo(Main.WRONG_INPUT);
        assertThat(program.errors().lines()).as(program.errors()).hasSize(1);
        assertThat(program.errors()).contains(told);
        assertThat(run).doesNotExist();
    }

    @Test
    void aMissingPackageIsToldWithTheCommandThatInstallsIt() throws Exception {
        Path bare = parent.resolve("bare");
        assertThat(new ProcessBuilder(GymnasiumProgram.python(), "-m", "venv", "--without-pip", bare.toString())
                        .start()
                        .waitFor())
                .isZero();
        String python = bare.resolve("bin").resolve("python").toString();
        GymnasiumProgram program = train(parent.resolve("run"), "gym:CartPole-v1", "--python", python);

        assertThat(program.await()).as(program.errors()).isEqualTo(Main.WRONG_INPUT);
        assertThat(program.errors().lines()).hasSize(1);
        assertThat(program.errors()).contains(python + " -m pip install", "envs/gymnasium[mujoco]");
    }

    @Test
    void aServerOfOnesOwnIsReachedByItsAddressAndItsTokenOnly() throws Exception {
        Path socket = parent.resolve("s");
        Path token = Files.writeString(parent.resolve("token"), "right\n");
        Path wrong = Files.writeString(parent.resolve("wrong"), "wrong\n");
        Process server = new ProcessBuilder(
                        GymnasiumProgram.python(),
                        "-m",
                        "kingfisher_gymnasium",
                        "serve",
                        "--listen",
                        "unix:" + socket,
                        "--token-file",
                        token.toString())
                .redirectErrorStream(true)
                .redirectOutput(parent.resolve("server").toFile())
                .start();
        try {
            while (server.isAlive()
                    && !Files.readString(parent.resolve("server")).contains("listening on")) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
            String environment = "grpc:unix:" + socket + "/CartPole-v1";
            GymnasiumProgram right =
                    train(parent.resolve("a"), environment, "--token-file", token.toString(), "--steps", "1024");
            assertThat(right.await()).as(right.errors()).isZero();
            GymnasiumProgram refused = train(parent.resolve("b"), environment, "--token-file", wrong.toString());
            assertThat(refused.await()).as(refused.errors()).isEqualTo(Main.WRONG_INPUT);
            assertThat(refused.errors()).contains("token").matches("[^\n]*");
        } finally {
            server.destroy();
            server.waitFor();
        }
    }
}
