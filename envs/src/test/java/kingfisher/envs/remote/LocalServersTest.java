package kingfisher.envs.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import kingfisher.envs.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of servers, played by shell scripts in the place of the interpreter. */
class LocalServersTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private final List<String> messages = new CopyOnWriteArrayList<>();

    private LocalServers servers(String script, Duration patience) throws IOException {
        Path python = Files.writeString(folder.resolve("python"), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(python, PosixFilePermissions.fromString("rwx------"));
        return servers(python, patience);
    }

    private LocalServers servers(Path python, Duration patience) {
        ConnectionOptions options = new ConnectionOptions(
                Optional.of(python.toString()),
                List.of("my_environments"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                ConnectionOptions.DEFAULT_TIMEOUT,
                OptionalInt.empty());
        return new LocalServers(options, patience, new ServerMessages(messages::add));
    }

    @Test
    void serversAreToldWhereToListenAndEndWithTheirInput() throws Exception {
        Path told = folder.resolve("told");
        LocalServers servers = servers(
                "echo \"$@\" $KINGFISHER_TOKEN >> " + told
                        + "; echo hello >&2; echo hello >&2; echo listening on somewhere; cat; echo ended >> " + told,
                PATIENCE);

        List<LocalServer> two = servers.get(2);

        assertThat(servers.get(1)).containsExactly(two.get(0));
        assertThat(two.get(0).end()).isEmpty();
        String socket = two.get(0).endpoint().toString();
        assertThat(Files.readAllLines(told))
                .contains("-m kingfisher_gymnasium serve --managed --listen " + socket + " --import my_environments "
                        + two.get(0).token());
        assertThat(two.get(0).token()).hasSize(64).isNotEqualTo(two.get(1).token());
        Path parent = Path.of(socket.substring("unix:".length())).getParent();
        assertThat(Files.getPosixFilePermissions(parent)).isEqualTo(PosixFilePermissions.fromString("rwx------"));
        servers.close();
        assertThat(Files.readAllLines(told)).filteredOn("ended"::equals).hasSize(2);
        assertThat(parent).doesNotExist();
        assertThat(messages).as("what both say is passed on once").containsExactly("gymnasium: hello");
    }

    @Test
    void aMissingPackageIsToldWithTheCommandThatInstallsIt() throws IOException {
        LocalServers servers = servers("echo \"$0: No module named kingfisher_gymnasium\" >&2; exit 1", PATIENCE);

        assertThatThrownBy(() -> servers.get(1))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(folder.resolve("python") + " -m pip install \"")
                .hasMessageContaining("envs/gymnasium[mujoco]\"")
                .hasMessageContaining("--python");
        servers.close();
    }

    @Test
    void aServerThatDoesNotStartIsToldWithItsLastWords() throws IOException {
        LocalServers servers = servers("echo first >&2; echo 'the port is taken' >&2; exit 2", PATIENCE);

        assertThatThrownBy(() -> servers.get(2))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("the port is taken")
                .hasMessageNotContaining("first");
        servers.close();
    }

    @Test
    void aServerThatNeverListensIsGivenUp() throws IOException {
        LocalServers servers = servers("echo still loading >&2; cat", Duration.ofMillis(300));

        assertThatThrownBy(() -> servers.get(1))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("does not listen")
                .hasMessageContaining("still loading");
        servers.close();
    }

    @Test
    void anInterpreterThatIsNotThereIsTold() {
        LocalServers servers = servers(folder.resolve("absent"), PATIENCE);

        assertThatThrownBy(() -> servers.get(1))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(folder.resolve("absent").toString())
                .hasMessageContaining("--python");
        servers.close();
    }

    @Test
    void theEndOfAServerIsToldWithItsReason() throws Exception {
        try (LocalServers servers =
                servers("echo listening on x; read line; echo 'out of coffee' >&2; exit 3", PATIENCE)) {
            LocalServer server = servers.get(1).get(0);
            server.requestEnd();
            assertThat(server.end()).contains("the Gymnasium server ended with exit code 3: out of coffee");
        }
        try (LocalServers servers = servers("echo listening on x; kill -KILL $$", PATIENCE)) {
            assertThat(servers.get(1).get(0).end()).contains("the Gymnasium server was killed by signal 9");
        }
    }

    @Test
    void aServerThatDoesNotEndIsKilled() throws Exception {
        LocalServers servers = servers("trap '' TERM; echo listening on x; while true; do sleep 0.1; done", PATIENCE);
        LocalServer server = servers.get(1).get(0);

        servers.close();

        assertThat(server.end()).contains("the Gymnasium server was killed by signal 9");
    }
}
