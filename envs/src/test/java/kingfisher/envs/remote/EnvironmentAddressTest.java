package kingfisher.envs.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import kingfisher.envs.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvironmentAddressTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "grpc://localhost:50051/CartPole-v1, localhost, 50051, false, true, CartPole-v1",
        "grpcs://sim.example.org:443/ALE/Pong-v5, sim.example.org, 443, true, false, ALE/Pong-v5",
        "grpc://[::1]:7/X, ::1, 7, false, true, X",
        "grpc://127.3.2.1:7/X, 127.3.2.1, 7, false, true, X",
        "grpc://128.3.2.1:7/X, 128.3.2.1, 7, false, false, X",
        "grpc://localhost.evil.example:7/X, localhost.evil.example, 7, false, false, X",
    })
    void portsOfHosts(String id, String host, int port, boolean encrypted, boolean local, String environment) {
        Endpoint endpoint = new Endpoint.Tcp(host, port, encrypted);

        assertThat(EnvironmentAddress.parse(id)).isEqualTo(new EnvironmentAddress.Remote(endpoint, environment));
        assertThat(endpoint.isLocal()).isEqualTo(local);
    }

    @Test
    void idsWithoutSchemeAreNativeAndGymIsLocal() {
        assertThat(EnvironmentAddress.parse("CartPole-v1")).isEqualTo(new EnvironmentAddress.Native("CartPole-v1"));
        assertThat(EnvironmentAddress.parse("gym:ALE/Pong-v5"))
                .isEqualTo(new EnvironmentAddress.LocalGymnasium("ALE/Pong-v5"));
    }

    @Test
    void theSocketIsWhatComesBeforeTheId() throws IOException {
        Path socket = Files.createFile(folder.resolve("socket"));

        for (String environment : new String[] {"CartPole-v1", "ALE/Pong-v5"}) {
            assertThat(EnvironmentAddress.parse("grpc:unix:" + socket + "/" + environment))
                    .isEqualTo(new EnvironmentAddress.Remote(new Endpoint.Unix(socket), environment));
        }
        Path absent = folder.resolve("absent");
        assertThat(EnvironmentAddress.parse("grpc:unix:" + absent + "/X"))
                .isEqualTo(new EnvironmentAddress.Remote(new Endpoint.Unix(absent), "X"));
        assertThat(EnvironmentAddress.parse("grpc:unix:here/X"))
                .isEqualTo(new EnvironmentAddress.Remote(
                        new Endpoint.Unix(Path.of("here").toAbsolutePath()), "X"));
    }

    @ParameterizedTest
    @CsvSource({
        "gymm:CartPole-v1, gym:ID",
        "http://localhost:1/X, grpc://HOST:PORT/ID",
        "gym:, names no environment",
        "gym:os:X, --python-import",
        "grpc://localhost/X, port",
        "grpc://localhost:0/X, port",
        "grpc://localhost:99999/X, port",
        "grpc://localhost:7/, names no environment",
        "grpc://localhost:7, grpc://HOST:PORT/ID",
        "grpcs://user@host:7/X, grpcs://HOST:PORT/ID",
        "grpc:unix:X, grpc:unix:PATH/ID",
        "grpc:unix:/X, grpc:unix:PATH/ID",
    })
    void whatIsNoAddressIsToldWithTheForms(String id, String told) {
        assertThatThrownBy(() -> EnvironmentAddress.parse(id))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(id)
                .hasMessageContaining(told);
    }
}
