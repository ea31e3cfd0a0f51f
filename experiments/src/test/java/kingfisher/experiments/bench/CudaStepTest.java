package kingfisher.experiments.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("cuda")
class CudaStepTest {

    @Test
    void threeKindsOfWorkAreComparedWithTheCpuBackend() {
        JsonNode json = new CudaStep(List.of(new ProblemSize(16, 64)), 0)
                .run(line -> {})
                .toJson();
        assertThat(json.path("peerName").asText()).isEqualTo("cpu backend");
        assertThat(json.path("cases").findValuesAsText("case"))
                .containsExactly(
                        "17-16-16-6, batch 64: gradient step",
                        "17-16-16-6, batch 64: kfac step",
                        "17-16-16-6, batch 64: ten iterations");
        assertThat(json.path("cases").findValues("ratio"))
                .allSatisfy(ratio -> assertThat(ratio.asDouble()).isPositive());
    }
}
