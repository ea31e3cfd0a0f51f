package kingfisher.envs.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Some thousands of mutated messages; {@link ServerFuzz} sends more. */
class ServerFuzzTest {

    @Test
    void mutatedMessagesNeitherCrashNorHangTheServer() {
        Map<String, Integer> outcomes = ServerFuzz.run(4000, 20_261_124);

        // the mutations get through to every stage
        assertThat(outcomes)
                .containsKeys(
                        "CreateGroup answered",
                        "CreateGroup INVALID_ARGUMENT",
                        "CreateGroup NOT_FOUND",
                        "RunGroup BATCH",
                        "RunGroup CODE_INVALID_ARGUMENT",
                        "RunGroup CODE_FAILED_PRECONDITION",
                        "RunGroup CODE_UNIMPLEMENTED",
                        "RunGroup INVALID_ARGUMENT");
    }
}
