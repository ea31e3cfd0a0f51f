package kingfisher.agents.acktr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Objects;
import kingfisher.agents.policy.ActorCritic;
import kingfisher.agents.policy.ActorCritics;
import kingfisher.agents.policy.PolicyValueNetwork;
import kingfisher.agents.recorded.Recording;
import kingfisher.agents.rollout.Rollout;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Precision;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.backend.nd4j.Nd4jBackend;
import kingfisher.optim.distribution.Categorical;
import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.distribution.Distribution;
import kingfisher.optim.network.ParameterLayout;
import kingfisher.optim.parallel.Workers;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Three updates in a row of policy and value network, from the raw rewards to the parameters, against a dense version that
 * was written from the paper: {@code experiments/peers/record_acktr_updates.py}.
 */
class AcktrUpdateParityTest {

    private static final int INPUTS = 3;

    @ParameterizedTest
    @CsvSource({
        "discrete, FLOAT, 1",
        "discrete, FLOAT, 2",
        "discrete, DOUBLE, 1",
        "continuous, FLOAT, 2",
        "continuous, DOUBLE, 1",
        "preconditioned, FLOAT, 2",
        "preconditioned, DOUBLE, 1",
    })
    void threeUpdatesGiveTheRecordedParametersAndMetrics(String name, Precision precision, int threads)
            throws IOException {
        boolean exact = precision == Precision.DOUBLE;
        JsonNode recording = load("numpy-acktr-" + name + ".json");
        Settings settings = settings(recording.path("settings"));
        Backend backend = exact ? new Nd4jBackend(Precision.DOUBLE) : new CpuBackend();
        Distribution distribution =
                recording.path("distribution").asText().equals("gaussian") ? DiagonalGaussian.of(2) : Categorical.of(3);
        ActorCritic actorCritic = ActorCritics.create(settings, INPUTS, distribution, backend);
        visit(
                actorCritic,
                recording.path("parametersBefore"),
                (network, index, values) -> network.parameters()
                        .backend()
                        .upload(values, network.parameters().view(index)));
        Rollout rollout = new Rollout(backend, 16, 2, INPUTS, distribution.actionSize(), distribution.parameterSize());
        try (Workers workers = new Workers(threads);
                Acktr acktr = new Acktr(settings, actorCritic, rollout, RandomSource.L64_X128_MIX.create(1), workers)) {
            int number = 0;
            for (JsonNode update : recording.path("updates")) {
                String what = "update " + ++number;
                fill(backend, rollout, update.path("rollout"));
                Map<String, Double> metrics = acktr.update(0);
                update.path("metrics").properties().forEach(entry -> {
                    double expected = entry.getValue().asDouble();
                    assertThat(metrics.get(entry.getKey()))
                            .as("%s: %s", what, entry.getKey())
                            .isCloseTo(expected, within((exact ? 1e-8 : 1e-3) * Math.abs(expected) + 1e-9));
                });
                visit(actorCritic, update.path("parametersAfter"), (network, index, expected) -> {
                    double[] found = new double[expected.length];
                    backend.download(network.parameters().view(index), found);
                    assertThat(found)
                            .as(
                                    "%s: %s",
                                    what,
                                    network.parameters()
                                            .layout()
                                            .entries()
                                            .get(index)
                                            .name())
                            .containsExactly(expected, within(exact ? 1e-9 : 1e-4));
                });
            }
            assertThat(number).isEqualTo(3);
        }
    }

    private interface Visitor {
        void accept(PolicyValueNetwork network, int index, double[] recorded);
    }

    private static void visit(ActorCritic actorCritic, JsonNode parameters, Visitor visitor) {
        for (PolicyValueNetwork network : actorCritic.networks()) {
            ParameterLayout layout = network.parameters().layout();
            for (int i = 0; i < layout.entries().size(); i++) {
                String name = layout.entries().get(i).name();
                visitor.accept(network, i, Recording.values(parameters.required(name)));
            }
        }
    }

    private static void fill(Backend backend, Rollout rollout, JsonNode recorded) {
        backend.upload(Recording.values(recorded.required("observations")), rollout.observations());
        copy(recorded, "actions", rollout.actions());
        copy(recorded, "rewards", rollout.rewards());
        copy(recorded, "discounts", rollout.discounts());
        copy(recorded, "values", rollout.values());
        copy(recorded, "nextValues", rollout.nextValues());
        double[] ended = Recording.values(recorded.required("ended"));
        for (int i = 0; i < ended.length; i++) {
            rollout.ended()[i] = ended[i] != 0;
        }
    }

    private static void copy(JsonNode recorded, String name, double[] target) {
        double[] values = Recording.values(recorded.required(name));
        assertThat(values).as(name).hasSameSizeAs(target);
        System.arraycopy(values, 0, target, 0, target.length);
    }

    private static Settings settings(JsonNode recorded) {
        AlgorithmSettings acktr = AlgorithmSettings.find("acktr");
        Settings settings = acktr.defaults();
        for (Map.Entry<String, JsonNode> entry : recorded.properties()) {
            settings = settings.with(entry.getKey(), entry.getValue().asText(), "the recording");
        }
        acktr.check(settings);
        return settings;
    }

    private static JsonNode load(String file) throws IOException {
        try (InputStream stream = AcktrUpdateParityTest.class.getResourceAsStream(file)) {
            return new ObjectMapper().readTree(Objects.requireNonNull(stream, file));
        }
    }
}
