package kingfisher.agents.ppo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import kingfisher.agents.algorithm.ValueLoss;
import kingfisher.agents.policy.NetworkPass;
import kingfisher.agents.policy.PolicyValueNetwork;
import kingfisher.agents.rollout.Rollout;
import kingfisher.agents.settings.Proximity;
import kingfisher.agents.settings.ValueClipRule;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.distribution.Categorical;
import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.distribution.Distribution;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each form of the objective, written out from its formula, and its gradient against central differences of that. */
class PpoLossTest {

    private static final int BATCH = 40;
    private static final double CLIP = 0.15;
    private static final double ENTROPY = 0.03;
    private static final double PENALTY = 0.7;
    private static final double SHIFT = 0.2;
    private static final double SCALE = 1.7;

    private final Backend backend = new CpuBackend();
    private final UniformRandomProvider random = RandomSource.L64_X128_MIX.create(31L);
    private final int[] rows = reversed();

    @ParameterizedTest
    @EnumSource(Proximity.class)
    void policyLossFollowsItsFormula(Proximity proximity) {
        for (Distribution distribution : List.of(Categorical.of(3), DiagonalGaussian.of(2))) {
            Rollout rollout = rollout(distribution);
            NetworkPass pass = PolicyValueNetwork.policy(backend, 1, List.of(), Activation.TANH, distribution)
                    .pass(BATCH);
            double[] parameters = pass.distributionParameters();
            for (int i = 0; i < parameters.length; i++) {
                int row = rows[i / distribution.parameterSize()];
                int old = row * distribution.parameterSize() + i % distribution.parameterSize();
                parameters[i] = rollout.distributionParameters()[old] + random.nextDouble(-0.2, 0.2);
            }
            PolicyLoss loss = new PolicyLoss(distribution, proximity, ENTROPY, BATCH);
            loss.reset();
            loss.apply(rollout, rows, 0, SHIFT, SCALE, CLIP, PENALTY, pass);

            ToDoubleFunction<double[]> reference = values -> reference(values, distribution, proximity, rollout, true);
            double[] found = pass.distributionGradient().clone();
            checkGradient(found, parameters, reference);
            assertThat(loss.meanLoss() * BATCH)
                    .isCloseTo(reference(parameters, distribution, proximity, rollout, false), within(1e-10));
            assertThat(loss.clipFraction()).isBetween(0.05, 0.95);
        }
    }

    /** The sum over examples of the surrogate, and of entropy bonus and penalty if {@code all}. */
    private double reference(
            double[] parameters, Distribution distribution, Proximity proximity, Rollout rollout, boolean all) {
        double sum = 0;
        for (int b = 0; b < BATCH; b++) {
            int row = rows[b];
            double[] current = slice(parameters, b, distribution.parameterSize());
            double[] old = slice(rollout.distributionParameters(), row, distribution.parameterSize());
            double[] action = slice(rollout.actions(), row, distribution.actionSize());
            double[] result = new double[1];
            distribution.logProbability(1, current, action, result);
            double ratio = Math.exp(result[0] - rollout.logProbabilities()[row]);
            double advantage = (rollout.advantages()[row] - SHIFT) * SCALE;
            double clipped = Math.max(1 - CLIP, Math.min(1 + CLIP, ratio));
            sum -= proximity == Proximity.CLIP ? Math.min(ratio * advantage, clipped * advantage) : ratio * advantage;
            if (all) {
                distribution.entropy(1, current, result);
                sum -= ENTROPY * result[0];
                if (proximity == Proximity.KL || proximity == Proximity.ADAPTIVE_KL) {
                    distribution.kullbackLeibler(1, old, current, result);
                    sum += PENALTY * result[0];
                }
            }
        }
        return sum;
    }

    @ParameterizedTest
    @EnumSource(ValueClipRule.class)
    void valueLossFollowsItsFormula(ValueClipRule rule) {
        Rollout rollout = rollout(Categorical.of(2));
        NetworkPass pass =
                PolicyValueNetwork.value(backend, 1, List.of(), Activation.TANH).pass(BATCH);
        for (int b = 0; b < BATCH; b++) {
            rollout.values()[b] = random.nextDouble(-1, 1);
            rollout.returns()[b] = random.nextDouble(-1, 1);
        }
        for (int b = 0; b < BATCH; b++) {
            pass.values()[b] = rollout.values()[rows[b]] + random.nextDouble(-0.4, 0.4);
        }
        ValueLoss loss = new ValueLoss(0.5, Optional.of(0.2), rule);
        loss.reset();
        loss.apply(rollout, rows, 0, pass);
        ToDoubleFunction<double[]> reference = values -> {
            double sum = 0;
            for (int b = 0; b < BATCH; b++) {
                double old = rollout.values()[rows[b]];
                double target = rollout.returns()[rows[b]];
                double clipped = old + Math.max(-0.2, Math.min(0.2, values[b] - old));
                double clippedLoss = Math.pow(clipped - target, 2);
                double plainLoss = Math.pow(values[b] - target, 2);
                sum += rule == ValueClipRule.CLIPPED ? clippedLoss : Math.max(plainLoss, clippedLoss);
            }
            return 0.5 * sum;
        };
        checkGradient(pass.valueGradient().clone(), pass.values(), reference);
        assertThat(0.5 * loss.meanLoss() * BATCH).isCloseTo(reference.applyAsDouble(pass.values()), within(1e-10));
    }

    @Test
    void theAdaptivePenaltyFollowsTheDivergence() {
        DivergencePenalty penalty = new DivergencePenalty(true, 1, 0.01);
        penalty.adapt(0.0066);
        assertThat(penalty.coefficient()).isEqualTo(0.5);
        penalty.adapt(0.0067);
        assertThat(penalty.coefficient()).isEqualTo(0.5);
        penalty.adapt(0.0149);
        assertThat(penalty.coefficient()).isEqualTo(0.5);
        penalty.adapt(0.0151);
        assertThat(penalty.coefficient()).isEqualTo(1);
        DivergencePenalty fixed = new DivergencePenalty(false, 1, 0.01);
        fixed.adapt(1);
        assertThat(fixed.coefficient()).isEqualTo(1);
    }

    private void checkGradient(double[] found, double[] at, ToDoubleFunction<double[]> function) {
        for (int i = 0; i < at.length; i++) {
            double step = 1e-6;
            double value = at[i];
            at[i] = value + step;
            double above = function.applyAsDouble(at);
            at[i] = value - step;
            double below = function.applyAsDouble(at);
            at[i] = value;
            assertThat(found[i]).as("component %d", i).isCloseTo((above - below) / (2 * step), within(1e-7));
        }
    }

    private Rollout rollout(Distribution distribution) {
        Rollout rollout = new Rollout(backend, BATCH, 1, 1, distribution.actionSize(), distribution.parameterSize());
        for (int i = 0; i < rollout.distributionParameters().length; i++) {
            rollout.distributionParameters()[i] = random.nextDouble(-1, 1);
        }
        distribution.sample(BATCH, rollout.distributionParameters(), random, rollout.actions());
        distribution.logProbability(
                BATCH, rollout.distributionParameters(), rollout.actions(), rollout.logProbabilities());
        for (int i = 0; i < BATCH; i++) {
            rollout.advantages()[i] = random.nextDouble(-1, 1);
        }
        return rollout;
    }

    private static double[] slice(double[] values, int row, int width) {
        double[] slice = new double[width];
        System.arraycopy(values, row * width, slice, 0, width);
        return slice;
    }

    private static int[] reversed() {
        int[] rows = new int[BATCH];
        for (int b = 0; b < BATCH; b++) {
            rows[b] = BATCH - 1 - b;
        }
        return rows;
    }
}
