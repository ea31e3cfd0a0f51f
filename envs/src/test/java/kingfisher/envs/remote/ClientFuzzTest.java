package kingfisher.envs.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Some thousands of mutated answers; {@link ClientFuzz} sends more. */
class ClientFuzzTest {

    @Test
    void mutatedAnswersNeitherCrashNorHangTheClient() {
        long seed = 20_261_125;

        Map<String, Integer> outcomes = ClientFuzz.run(3000, seed);

        // the mutations get through to every stage
        assertThat(outcomes)
                .as("seed %d", seed)
                .containsKeys(
                        "GetServerInfo works",
                        "GetServerInfo InvalidInputException",
                        "CreateGroup works",
                        "CreateGroup InvalidInputException",
                        "Attach works",
                        "Attach InvalidInputException",
                        "Reset works",
                        "Reset InvalidInputException",
                        "Step works",
                        "Step EnvironmentFailureException");
    }
}
