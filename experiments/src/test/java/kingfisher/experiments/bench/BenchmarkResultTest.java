package kingfisher.experiments.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import kingfisher.agents.run.Json;
import org.junit.jupiter.api.Test;

class BenchmarkResultTest {

    @Test
    void theRatioIsOfMediansAndMoreThanOneWhereOursIsFaster() {
        BenchmarkCase speed =
                new BenchmarkCase("loop", Unit.STEPS_PER_SECOND, List.of(10.0, 900.0, 40.0), List.of(4.0, 5.0, 6.0));
        assertThat(speed.ratio()).isEqualTo(8);
        BenchmarkCase time = new BenchmarkCase("update", Unit.MILLISECONDS, List.of(0.5), List.of(2.0));
        assertThat(time.ratio()).isEqualTo(4);
    }

    @Test
    void jsonIsWhatScriptsRelyOn() throws JsonProcessingException {
        BenchmarkResult result = new BenchmarkResult(
                "ppo-cartpole",
                "Stable-Baselines3",
                Map.of("java", "17"),
                List.of(new BenchmarkCase("loop", Unit.STEPS_PER_SECOND, List.of(10.0, 30.0), List.of(4.0))));
        assertThat(result.toJson()).isEqualTo(Json.parse("""
                                {"name": "ppo-cartpole", "peerName": "Stable-Baselines3", "versions": {"java": "17"},
                                 "cases": [{"case": "loop", "unit": "steps/s", "ours": [10.0, 30.0], "peer": [4.0],
                                            "ratio": 5.0}]}
                                """));
    }

    @Test
    void aCaseMayNameAPeerOfItsOwn() throws JsonProcessingException {
        BenchmarkCase product = new BenchmarkCase(
                "product", Unit.MILLISECONDS, List.of(5.0), List.of(4.0), Optional.of("our gradient"));
        assertThat(product.toJson()).isEqualTo(Json.parse("""
                                {"case": "product", "unit": "ms", "peerName": "our gradient", "ours": [5.0], "peer": [4.0],
                                 "ratio": 0.8}
                                """));
        assertThat(product.table("kfac-jax")).isEqualTo("""
                        product, ms
                          Kingfisher        5.000   median 5.000
                          our gradient      4.000   median 4.000
                          ratio        0.80
                        """);
    }

    @Test
    void theTableShowsSamplesMediansAndRatio() {
        BenchmarkCase speed = new BenchmarkCase(
                "loop",
                Unit.STEPS_PER_SECOND,
                List.of(300_000.0, 310_000.0, 320_000.0),
                List.of(5000.0, 5200.0, 5100.0));
        assertThat(new BenchmarkResult("b", "Stable-Baselines3", Map.of(), List.of(speed)).table())
                .isEqualTo("""
                        loop, steps/s
                          Kingfisher           300,000     310,000     320,000   median 310,000
                          Stable-Baselines3      5,000       5,200       5,100   median 5,100
                          ratio             60.78
                        """);
    }
}
