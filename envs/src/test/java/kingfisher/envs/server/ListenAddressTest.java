package kingfisher.envs.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import kingfisher.envs.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListenAddressTest {

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:50051, 127.0.0.1:50051, true",
        "localhost:0, 127.0.0.1:0, true",
        "[::1]:7, [0:0:0:0:0:0:0:1]:7, true",
        "0.0.0.0:65535, 0.0.0.0:65535, false",
        "10.1.2.3:1, 10.1.2.3:1, false",
        "unix:socket, unix:socket, true",
        "unix:/tmp/a b, unix:/tmp/a b, true",
    })
    void anAddressIsReadAndWrittenBack(String text, String written, boolean local) {
        ListenAddress address = ListenAddress.parse(text);

        assertThat(address).hasToString(written);
        assertThat(address.isLocal()).isEqualTo(local);
        assertThat(ListenAddress.parse(address.toString())).isEqualTo(address);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            50051            | the address must be HOST:PORT, such as 127.0.0.1:50051, or unix:PATH: 50051
            localhost        | the address must be HOST:PORT, such as 127.0.0.1:50051, or unix:PATH: localhost
            localhost:65536  | the address must be HOST:PORT, such as 127.0.0.1:50051, or unix:PATH: localhost:65536
            localhost:-1     | the address must be HOST:PORT, such as 127.0.0.1:50051, or unix:PATH: localhost:-1
            :50051           | the address must be HOST:PORT, such as 127.0.0.1:50051, or unix:PATH: :50051
            ::1:50051        | the address must be HOST:PORT, such as 127.0.0.1:50051, or unix:PATH: ::1:50051
            grpc://host:1    | the address must be HOST:PORT, such as 127.0.0.1:50051, or unix:PATH: grpc://host:1
            no.such.host.invalid:1 | the host of the address is not known: no.such.host.invalid:1
            unix:            | the address must be unix:PATH with a path: unix:
            """)
    void anotherTextIsRefused(String text, String message) {
        assertThatThrownBy(() -> ListenAddress.parse(text))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(message);
    }

    @Test
    void aPathThatIsTooLongForASocketIsRefused() {
        assertThatThrownBy(() -> ListenAddress.parse("unix:/" + "x".repeat(107)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("the path of a socket can have 107 bytes at most, not 108: unix:/xxx");
        assertThat(ListenAddress.parse("unix:/" + "x".repeat(106)).isLocal()).isTrue();
    }
}
