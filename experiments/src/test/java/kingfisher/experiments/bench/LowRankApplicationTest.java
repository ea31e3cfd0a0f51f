package kingfisher.experiments.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LowRankApplicationTest {

    @Test
    void productsByTermsAreComparedWithThoseOfMatrices() {
        List<String> lines = new ArrayList<>();
        JsonNode json = new LowRankApplication(List.of(new LowRankApplication.Size(16, 4)), 0)
                .run(lines::add)
                .toJson();
        assertThat(json.path("name").asText()).isEqualTo("low-rank");
        assertThat(json.path("peerName").asText()).isEqualTo("as a matrix");
        assertThat(json.path("cases")).hasSize(1);
        JsonNode only = json.path("cases").get(0);
        assertThat(only.path("case").asText()).isEqualTo("product, n = 16, B = 4");
        assertThat(only.path("unit").asText()).isEqualTo("ms");
        assertThat(only.path("ours")).hasSize(5);
        assertThat(only.path("peer")).hasSize(5);
        assertThat(only.path("ratio").asDouble()).isPositive();
        assertThat(lines).last().isEqualTo("samples 5 of 5");
    }
}
