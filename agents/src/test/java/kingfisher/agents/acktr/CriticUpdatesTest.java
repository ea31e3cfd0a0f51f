package kingfisher.agents.acktr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import kingfisher.agents.rollout.NonFiniteException;
import kingfisher.optim.backend.cpu.CpuBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Fits of the value network, and what becomes of one that diverges. */
class CriticUpdatesTest {

    private static final long SEED = 20_261_129;

    private static double squaredError(SmallAgent agent) {
        double[] values = agent.values();
        double sum = 0;
        for (int b = 0; b < values.length; b++) {
            sum += Math.pow(values[b] - agent.rollout.returns()[b], 2);
        }
        return sum / values.length;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "critic-step-rule=exact",
                "critic-step-rule=bounded critic-learning-rate=0.1",
                "critic-minibatch-size=16 critic-step-rule=bounded critic-learning-rate=0.1",
                "critic-cold-steps=5",
                "decomposition-execution=deterministic"
            })
    void theLossFallsAndIsReportedAsItWas(String assignments) {
        SmallAgent agent = new SmallAgent(
                new CpuBackend(), "categorical", SEED, (assignments + " critic-updates=40").split(" ", -1));
        double before = squaredError(agent);
        double[] policy = agent.parameters(agent.actorCritic.policy());
        try (CriticUpdates critic = agent.critic()) {
            critic.run();
            assertThat(critic.taken()).isTrue();
            assertThat(critic.status().step()).isEqualTo(40);
            assertThat(critic.meanLoss()).as("seed %d", SEED).isBetween(squaredError(agent), before);
            assertThat(squaredError(agent)).isLessThan(0.7 * before);
        }
        assertThat(agent.parameters(agent.actorCritic.policy())).containsExactly(policy);
    }

    @Test
    void theReportedLossOfOneStepIsTheMeanSquaredErrorBeforeIt() {
        SmallAgent agent = new SmallAgent(new CpuBackend(), "categorical", SEED, "critic-updates=1");
        double before = squaredError(agent);
        try (CriticUpdates critic = agent.critic()) {
            critic.run();
            assertThat(critic.meanLoss()).isCloseTo(before, within(1e-5 * before));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, 'the loss of the value network is [0-9.E]+'",
        "25, 'the value network: .* not finite'",
    })
    void aFitThatDivergesIsTakenBackAndStopsIfItGoesOnDiverging(int updates, String failure) {
        SmallAgent agent = new SmallAgent(
                new CpuBackend(),
                "categorical",
                SEED,
                "critic-step-rule=bounded",
                "critic-updates=" + updates,
                "critic-learning-rate=1e9",
                "critic-clip=1e36",
                "critic-damping=1e-6");
        double[] before = agent.parameters(agent.actorCritic.value());
        try (CriticUpdates critic = agent.critic()) {
            for (int i = 0; i < 3; i++) {
                critic.run();
                assertThat(critic.taken()).as("seed %d, fit %d", SEED, i).isFalse();
                assertThat(agent.parameters(agent.actorCritic.value())).containsExactly(before);
                assertThat(critic.rejectionsInARow()).isEqualTo(i + 1);
            }
            assertThatThrownBy(critic::run)
                    .isInstanceOf(NonFiniteException.class)
                    .hasMessageMatching(failure + ": learning diverged; a smaller"
                            + " critic-learning-rate or a larger critic-damping may keep it on its way");
            assertThat(agent.parameters(agent.actorCritic.value())).containsExactly(before);
        }
    }

    @Test
    void returnsThatAreNotFiniteStopWithTheQuantitysName() {
        SmallAgent agent = new SmallAgent(new CpuBackend(), "categorical", SEED);
        agent.rollout.returns()[5] = Double.POSITIVE_INFINITY;
        double[] before = agent.parameters(agent.actorCritic.value());
        try (CriticUpdates critic = agent.critic()) {
            assertThatThrownBy(critic::run)
                    .isInstanceOf(NonFiniteException.class)
                    .hasMessageStartingWith("the value network: the loss is Infinity at step 0: learning diverged; ");
            assertThat(agent.parameters(agent.actorCritic.value())).containsExactly(before);
        }
    }
}
