package kingfisher.agents.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import kingfisher.agents.rollout.NonFiniteException;
import kingfisher.agents.run.Checkpoint;
import kingfisher.agents.run.Tensor;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.envs.InvalidInputException;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ACKTR in whole trainings: what it saves, that every rule learns, and how it ends when its critic diverges. */
class AcktrSessionTest {

    private static final int ITERATIONS = 7;
    private static final long SEED = 19;

    private final Backend backend = new CpuBackend();

    @Test
    void aCheckpointThatLacksFactorsIsRefused() {
        TrainingPlan plan = plan("CartPole-v1", "cold-steps=0");
        Checkpoint whole;
        try (TrainingSession session = TrainingSession.start(plan, backend, 1)) {
            session.iterate();
            whole = session.save();
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>(whole.tensors());
        assertThat(tensors.remove("algorithm.policy.layer policy.output input-factor"))
                .isNotNull();
        assertThatThrownBy(() -> TrainingSession.resume(plan, backend, 1, new Checkpoint(tensors, whole.state())))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("checkpoint is damaged: the saved state has no \"layer policy.output input-factor\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "step-rule=exact",
                "step-rule=preconditioned learning-rate=1",
                "step-rule=adaptive-kl learning-rate=0.03",
                "step-rule=proximal function-proximity=5 weight-proximity=0.01",
                "fisher=taken-actions",
                "shared-network=true value-fisher-coefficient=0.1",
                "critic-step-rule=bounded",
                "decomposition-execution=asynchronous decomposition-period=2"
            })
    void everyRuleLearnsToBalanceBetterThanChance(String assignments) {
        try (TrainingSession session = TrainingSession.start(plan("CartPole-v1", assignments), backend, 2)) {
            for (int i = 0; i < 100; i++) {
                assertThat(session.iterate().get("train/kl")).isBetween(0.0, 0.05);
            }
            assertThat(session.statistics().meanReturn()).as("seed %d", SEED).isGreaterThan(60);
        }
    }

    @Test
    void aCriticThatGoesOnDivergingStopsTheRun() {
        TrainingPlan plan = plan(
                "Pendulum-v1",
                "critic-step-rule=bounded critic-learning-rate=1e6 critic-clip=1e12 critic-damping=1e-6");
        try (TrainingSession session = TrainingSession.start(plan, backend, 2)) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < ITERATIONS; i++) {
                            session.iterate();
                            assertThat(parameters(session)).doesNotContain(Double.NaN, Double.POSITIVE_INFINITY);
                            session.save();
                        }
                    })
                    .isInstanceOf(NonFiniteException.class)
                    .hasMessageContaining("value network");
            assertThat(session.isConsistent()).isFalse();
        }
    }

    private static TrainingPlan plan(String environment, String assignments) {
        Settings settings = AlgorithmSettings.find("acktr")
                .defaults()
                .with("environments", "4", "test")
                .with("rollout-steps", "64", "test")
                .with("steps", "15360", "test")
                .with("hidden", "32,32", "test")
                .with("max-kl", "0.01", "test")
                .with("normalize-observations", "true", "test")
                .with("normalize-rewards", "true", "test");
        for (String assignment : assignments.split(" ", -1)) {
            String[] parts = assignment.split("=", -1);
            settings = settings.with(parts[0], parts[1], "test");
        }
        AlgorithmSettings.find("acktr").check(settings);
        return new TrainingPlan("acktr", settings, EnvironmentSource.registered(environment, Map.of()), SEED);
    }

    private double[] parameters(TrainingSession session) {
        return session.agent().actorCritic().networks().stream()
                .flatMapToDouble(network -> {
                    double[] values = new double[network.parameters().layout().size()];
                    backend.download(network.parameters().values(), values);
                    return Arrays.stream(values);
                })
                .toArray();
    }
}
