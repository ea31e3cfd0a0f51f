package kingfisher.agents.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command that serves native environments, and trainings on what it serves. */
final class ServeEnvironmentsTest {

    private static final String LISTENING = "listening on ";

    @TempDir
    private Path parent;

    private final List<Process> servers = new ArrayList<>();

    @AfterEach
    void end() {
        servers.forEach(Process::destroyForcibly);
    }

    private Path token() throws IOException {
        return Files.writeString(parent.resolve("token"), "of-this-test\n");
    }

    /** Starts a server; returns where it listens. */
    private String serve(String... options) throws Exception {
        Path folder = parent.resolve("server-" + servers.size());
        List<String> arguments = new ArrayList<>(List.of("serve-envs"));
        arguments.addAll(Arrays.asList(options));
        Process server = Program.start(folder, List.of(), arguments.toArray(String[]::new));
        servers.add(server);
        Path out = folder.resolve("out");
        while (server.isAlive() && !Files.readString(out).contains("\n")) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertThat(Files.readString(out))
                .as(Files.readString(folder.resolve("err")))
                .startsWith(LISTENING);
        return Files.readString(out).strip().substring(LISTENING.length());
    }

    private Program.Outcome train(Path run, String environment, String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("train", "ppo", "--env", environment, "--run", run.toString()));
        arguments.addAll(List.of("--quiet", "--steps", "2048", "--seed", "5"));
        arguments.addAll(List.of(more));
        return Program.run(arguments.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:0", "unix:SOCKET"})
    void aTrainingOnWhatIsServedEqualsOneInTheSameProcess(String address) throws Exception {
        Path token = token();
        String listen = address.replace("SOCKET", parent.resolve("s").toString());
        String place = serve("--listen", listen, "--token-file", token.toString());
        String environment = "grpc:" + (place.startsWith("unix:") ? "" : "//") + place + "/Pendulum-v1";
        Path served = parent.resolve("served");
        Path own = parent.resolve("own");

        Program.Outcome outcome = train(served, environment, "--token-file", token.toString());

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(train(own, "Pendulum-v1").code()).isZero();
        new RunFiles(served).assertSameNumbersAs(new RunFiles(own));
        Program.Outcome withoutToken = train(parent.resolve("refused"), environment);
        assertThat(withoutToken.code()).isEqualTo(Main.WRONG_INPUT);
        assertThat(withoutToken.err()).contains("--token-file").matches("[^\n]*\n");
    }

    @ParameterizedTest
    @CsvSource({"TERM, 143", "INT, 130"})
    void aServerThatIsStoppedEndsItsGroupsAndGivesItsSocketBack(String signal, int code) throws Exception {
        Path token = token();
        Path socket = parent.resolve("s");
        serve("--listen", "unix:" + socket, "--token-file", token.toString(), "--drain", "0");
        Process trainer = Program.start(
                parent.resolve("trainer"),
                List.of(),
                "train",
                "ppo",
                "--env",
                "grpc:unix:" + socket + "/CartPole-v1",
                "--token-file",
                token.toString(),
                "--run",
                parent.resolve("run").toString(),
                "--quiet",
                "--steps",
                "100M");
        RunFiles files = new RunFiles(parent.resolve("run"));
        while (trainer.isAlive() && files.rows() < 2) {
            TimeUnit.MILLISECONDS.sleep(10);
        }

        Process server = servers.get(0);
        new ProcessBuilder("kill", "-" + signal, Long.toString(server.pid()))
                .start()
                .waitFor();

        assertThat(server.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(server.exitValue()).isEqualTo(code);
        assertThat(socket).doesNotExist();
        assertThat(trainer.waitFor()).isEqualTo(Main.FAILED);
        assertThat(Files.readString(parent.resolve("trainer").resolve("err")))
                .contains("CartPole-v1", "go on from the last checkpoint with: ");
        assertThat(files.status()).isEqualTo("failed");
    }

    @Test
    void whatIsNotAllowedIsNotOffered() throws Exception {
        Path token = token();
        String place = serve("--listen", "127.0.0.1:0", "--token-file", token.toString(), "--allow", "CartPole-*");

        Program.Outcome refused =
                train(parent.resolve("run"), "grpc://" + place + "/Acrobot-v1", "--token-file", token.toString());

        assertThat(refused.code()).isEqualTo(Main.WRONG_INPUT);
        assertThat(refused.err())
                .contains("Acrobot-v1", "offers no environment")
                .matches("[^\n]*\n");
    }

    @Test
    void aPortThatIsTakenIsToldInOneLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Program.Outcome outcome = Program.run(
                    "serve-envs", "--listen", "127.0.0.1:" + taken.getLocalPort(), "--token-file", token().toString());

            assertThat(outcome.code()).isEqualTo(Main.WRONG_INPUT);
            assertThat(outcome.err())
                    .contains("127.0.0.1:" + taken.getLocalPort())
                    .matches("[^\n]*\n");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "                                                        | --listen",
                "--listen nowhere                                        | HOST:PORT",
                "--listen 0.0.0.0:0                                      | TLS",
                "--listen 127.0.0.1:70000                                | 70000",
                "--listen unix:absent/folder/s                           | no folder",
                "--listen 127.0.0.1:0 --allow Chess*                     | --allow Chess*",
                "--listen 127.0.0.1:0 --max-groups 0                     | --max-groups",
                "--listen 127.0.0.1:0 --max-message-bytes many           | --max-message-bytes",
                "--listen 127.0.0.1:0 --drain soon                       | --drain",
                "--listen 127.0.0.1:0 --token-file absent                | absent",
                "--listen 127.0.0.1:0 --tls-cert a                       | --tls-key",
                "--listen 127.0.0.1:0 --tls-ca a                         | --tls-cert",
                "--listen 127.0.0.1:0 --tls-cert absent --tls-key absent | absent",
            })
    void wrongInputIsToldInOneLine(String options, String told) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("serve-envs"));
        if (options != null) {
            arguments.addAll(List.of(options.split(" +")));
        }
        if (!arguments.contains("--token-file")) {
            arguments.addAll(List.of("--token-file", token().toString())); // the user's own is not for tests
        }

        Program.Outcome outcome = Program.run(arguments.toArray(String[]::new));

        assertThat(outcome.code()).isEqualTo(Main.WRONG_INPUT);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).contains(told).matches("[^\n]*\n");
    }
}
