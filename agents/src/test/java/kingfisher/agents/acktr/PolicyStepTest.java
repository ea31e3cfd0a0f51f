package kingfisher.agents.acktr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import kingfisher.agents.rollout.NonFiniteException;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Precision;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.backend.nd4j.Nd4jBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The trust region of a policy step: what it predicts, what it bounds, and what happens where it does not hold. */
class PolicyStepTest {

    private static final long SEED = 20_261_130;

    private final Backend exact = new Nd4jBackend(Precision.DOUBLE);

    @ParameterizedTest
    @CsvSource({"categorical,false", "gaussian,false", "categorical,true", "gaussian,true"})
    void predictedAndMeasuredDivergenceAgreeToSecondOrder(String head, boolean shared) {
        double[] errors = new double[3];
        for (int i = 0; i < errors.length; i++) {
            double bound = 1e-4 * Math.pow(0.01, i);
            SmallAgent agent = new SmallAgent(exact, head, SEED, "shared-network=" + shared, "learning-rate=10");
            double[] before = agent.outputs();
            try (PolicyStep step = agent.step()) {
                StepOutcome outcome = step.run(0, 1, bound, 10);
                double measured = agent.divergence(before, agent.outputs());
                assertThat(outcome.divergence() / measured).as("seed %d", SEED).isCloseTo(1, within(1e-6));
                assertThat(outcome.fraction()).isLessThan(1).isPositive();
                if (!shared) {
                    assertThat(outcome.predictedDivergence() / bound).isCloseTo(1, within(1e-6));
                } else {
                    // the bound is on the divergence of actions and values together
                    assertThat(outcome.predictedDivergence()).isLessThan(bound);
                }
                errors[i] = Math.abs(measured / outcome.predictedDivergence() - 1);
            }
        }
        // the relative error is of first order in the step: a tenth of the step, a tenth of the error
        assertThat(errors[0]).as("seed %d: %s", SEED, Arrays.toString(errors)).isBetween(1e-6, 0.2);
        assertThat(errors[0] / errors[1]).isBetween(8.0, 12.0);
        assertThat(errors[1] / errors[2]).isBetween(8.0, 12.0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0.9", "0.99"})
    void theWholeStepStaysInTheTrustRegionWhateverTheMomentum(String momentum) {
        SmallAgent agent = new SmallAgent(exact, "categorical", SEED, "momentum=" + momentum, "learning-rate=1");
        try (PolicyStep step = agent.step()) {
            for (int i = 0; i < 20; i++) {
                agent.actorCritic
                        .distribution()
                        .sample(SmallAgent.BATCH, agent.outputs(), agent.random, agent.rollout.actions());
                StepOutcome outcome = step.run(0, 1, 1e-4, 1);
                assertThat(outcome.predictedDivergence())
                        .as("seed %d, step %d", SEED, i)
                        .isPositive()
                        .isLessThanOrEqualTo(1e-4 * (1 + 1e-9));
                assertThat(outcome.divergence()).isLessThan(1.2e-4);
            }
        }
    }

    @Test
    void aSmallLearningRateIsTheWholeStep() {
        SmallAgent agent = new SmallAgent(exact, "gaussian", SEED);
        try (PolicyStep step = agent.step()) {
            StepOutcome outcome = step.run(0, 1, 0.1, 1e-4);
            assertThat(outcome.fraction()).isEqualTo(1);
            assertThat(outcome.rate()).isEqualTo(1e-4);
            assertThat(outcome.predictedDivergence()).isPositive().isLessThan(1e-3);
        }
    }

    @Test
    void theRateOfTheAdaptiveRuleFollowsTheDivergence() {
        SmallAgent agent = new SmallAgent(exact, "categorical", SEED, "step-rule=adaptive-kl", "learning-rate=1e-3");
        double bound = 1e-4;
        try (PolicyStep step = agent.step()) {
            int grown = 0;
            for (int i = 0; i < 30; i++) {
                double rate = step.adaptiveRate();
                double divergence = step.run(0, 1, bound, Double.NaN).divergence();
                double expected = divergence > 2 * bound ? rate / 1.5 : divergence < bound / 2 ? rate * 1.5 : rate;
                assertThat(step.adaptiveRate()).as("seed %d, step %d", SEED, i).isEqualTo(Math.min(1, expected));
                grown += step.adaptiveRate() > rate ? 1 : 0;
            }
            assertThat(grown).isPositive();
        }
    }

    @Test
    void theBaselinesFormBoundsThePreconditionedGradient() {
        SmallAgent agent = new SmallAgent(exact, "categorical", SEED, "step-rule=preconditioned", "learning-rate=5");
        try (PolicyStep step = agent.step()) {
            StepOutcome outcome = step.run(0, 1, 1e-4, 5);
            assertThat(outcome.fraction()).isLessThan(1);
            // the damping and the approximation are in its measure, the factor of one half is not
            assertThat(outcome.predictedDivergence()).isPositive().isLessThan(1e-4);
        }
    }

    /** Where the length is best, the slope of the linearised loss and of its proximities cancel: gᵀΔ + ΔᵀCΔ = 0. */
    @ParameterizedTest
    @CsvSource({"categorical, 3, 0", "categorical, 30, 50", "gaussian, 3, 0", "gaussian, 30, 50"})
    void aProximalStepIsAsLongAsItsProximitiesAllow(String head, double function, double weight) {
        SmallAgent agent = new SmallAgent(
                exact,
                head,
                SEED,
                "step-rule=proximal",
                "entropy-coefficient=0",
                "momentum=0.9",
                "function-proximity=" + function,
                "weight-proximity=" + weight);
        try (PolicyStep step = agent.step()) {
            for (int i = 0; i < 3; i++) {
                double[] before = agent.parameters(agent.actorCritic.policy());
                StepOutcome outcome = step.run(0, 1, 10, 0.1);
                double[] after = agent.parameters(agent.actorCritic.policy());
                double[] change = new double[before.length];
                Arrays.setAll(change, k -> after[k] - before[k]);
                double squares = Arrays.stream(change).map(x -> x * x).sum();
                double h = 1e-4;
                double slope = (loss(agent, before, change, h) - loss(agent, before, change, -h)) / (2 * h);
                agent.backend.upload(
                        after, agent.actorCritic.policy().parameters().values());
                assertThat(outcome.fraction()).isEqualTo(1);
                assertThat(slope).as("seed %d, step %d", SEED, i).isNegative();
                assertThat(2 * function * outcome.predictedDivergence() + weight * squares)
                        .as("seed %d, step %d", SEED, i)
                        .isCloseTo(-slope, within(1e-6 * -slope));
            }
        }
    }

    /** {@code -mean(A log π)} at the parameters {@code from + share · change}. */
    private static double loss(SmallAgent agent, double[] from, double[] change, double share) {
        double[] point = from.clone();
        Arrays.setAll(point, k -> from[k] + share * change[k]);
        agent.backend.upload(point, agent.actorCritic.policy().parameters().values());
        double[] logProbabilities = new double[SmallAgent.BATCH];
        agent.actorCritic
                .distribution()
                .logProbability(SmallAgent.BATCH, agent.outputs(), agent.rollout.actions(), logProbabilities);
        double sum = 0;
        for (int b = 0; b < SmallAgent.BATCH; b++) {
            sum -= agent.rollout.advantages()[b] * logProbabilities[b] / SmallAgent.BATCH;
        }
        return sum;
    }

    /** Without samples that count for the factors there is hardly any curvature, so that the measure in use is blind. */
    @ParameterizedTest
    @ValueSource(strings = {"categorical", "gaussian"})
    void aStepThatLeavesTheTrustRegionIsHalvedUntilItDoesNot(String head) {
        SmallAgent agent = new SmallAgent(
                new CpuBackend(), head, SEED, "cold-steps=1", "cold-learning-rate=100", "step-rule=preconditioned");
        double[] before = agent.outputs();
        double bound = 0.01;
        try (PolicyStep step = agent.step()) {
            StepOutcome outcome = step.run(0, 1, bound, 1);
            assertThat(outcome.fraction()).as("seed %d", SEED).isLessThan(1).isPositive();
            assertThat(Math.log(outcome.fraction()) / Math.log(0.5))
                    .isCloseTo(Math.rint(Math.log(outcome.fraction()) / Math.log(0.5)), within(1e-9));
            assertThat(outcome.divergence())
                    .isCloseTo(agent.divergence(before, agent.outputs()), within(1e-4))
                    .isLessThanOrEqualTo(PolicyStep.EXCESS * bound);
            assertThat(step.state())
                    .hasEntrySatisfying(
                            "optimizer",
                            optimizer -> assertThat(optimizer[2]).as("momentum").isZero());
        }
    }

    @Test
    void aStepThatNoHalvingHelpsIsTakenBackAndStopsTheRunIfThatGoesOn() {
        SmallAgent agent = new SmallAgent(
                new CpuBackend(),
                "gaussian",
                SEED,
                "cold-steps=9",
                "cold-learning-rate=1e30",
                "step-rule=preconditioned");
        double[] before = agent.parameters(agent.actorCritic.policy());
        try (PolicyStep step = agent.step()) {
            for (int i = 0; i < 3; i++) {
                StepOutcome outcome = step.run(0, 1, 0.01, 1);
                assertThat(outcome.taken()).as("seed %d, step %d", SEED, i).isFalse();
                assertThat(outcome.divergence()).isZero();
                assertThat(agent.parameters(agent.actorCritic.policy())).containsExactly(before);
            }
            assertThatThrownBy(() -> step.run(0, 1, 0.01, 1))
                    .isInstanceOf(NonFiniteException.class)
                    .hasMessageStartingWith("the divergence of the policy after the shortest of its steps is ");
            assertThat(agent.parameters(agent.actorCritic.policy())).containsExactly(before);
        }
    }

    @Test
    void aGradientThatIsNotFiniteStopsBeforeAnythingHasChanged() {
        SmallAgent agent = new SmallAgent(new CpuBackend(), "categorical", SEED);
        try (PolicyStep step = agent.step()) {
            step.run(0, 1, 0.01, 0.25);
            double[] before = agent.parameters(agent.actorCritic.policy());
            agent.rollout.advantages()[3] = Double.NaN;
            assertThatThrownBy(() -> step.run(0, 1, 0.01, 0.25))
                    .isInstanceOf(NonFiniteException.class)
                    .hasMessageMatching("the policy's network: the loss is NaN at step 1: learning diverged; a smaller"
                            + " max-kl or a larger damping may keep it on its way");
            assertThat(agent.parameters(agent.actorCritic.policy())).containsExactly(before);
        }
    }

    @Test
    void singularFactorsGiveAFiniteStep() {
        SmallAgent agent = new SmallAgent(new CpuBackend(), "categorical", SEED);
        // one observation only: every input factor has rank one
        double[] constant = new double[SmallAgent.BATCH * 3];
        Arrays.fill(constant, 0.5);
        agent.backend.upload(constant, agent.rollout.observations());
        try (PolicyStep step = agent.step()) {
            for (int i = 0; i < 5; i++) {
                StepOutcome outcome = step.run(0, 1, 1e-3, 1);
                assertThat(outcome.divergence())
                        .as("seed %d, step %d", SEED, i)
                        .isPositive()
                        .isLessThan(2e-3);
            }
            step.state().forEach((name, array) -> assertThat(array).as(name).doesNotContain(Double.NaN));
        }
    }

    @Test
    void withoutAGradientThereIsNoStep() {
        SmallAgent agent = new SmallAgent(new CpuBackend(), "gaussian", SEED);
        double[] before = agent.parameters(agent.actorCritic.policy());
        try (PolicyStep step = agent.step()) {
            StepOutcome outcome = step.run(0, 0, 1e-3, 1);
            assertThat(outcome.divergence()).isZero();
            assertThat(agent.parameters(agent.actorCritic.policy())).containsExactly(before);
        }
    }
}
