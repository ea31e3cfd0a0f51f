package kingfisher.agents.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GeneralizedAdvantageTest {

    private static final int STEPS = 12;
    private static final int ENVIRONMENTS = 3;
    private static final int SIZE = STEPS * ENVIRONMENTS;

    private final double[] nextValues = new double[SIZE];
    private final double[] discounts = new double[SIZE];
    private final boolean[] ended = new boolean[SIZE];
    private final double[] advantages = new double[SIZE];
    private final double[] returns = new double[SIZE];

    /** The definition: the λ-weighted mean of all k-step advantages within the episode (Schulman et al. 2016, eq. 16). */
    @ParameterizedTest
    @CsvSource({"0.99,0.95", "0.9,0", "1,1", "0.5,1", "0.97,0.3"})
    void equalsTheWeightedMeanOfAllMultiStepAdvantages(double discount, double lambda) {
        UniformRandomProvider random = RandomSource.L64_X128_MIX.create(21L);
        double[] rewards = random.doubles(SIZE, -1, 1).toArray();
        double[] values = random.doubles(SIZE, -1, 1).toArray();
        for (int i = 0; i < SIZE; i++) {
            boolean terminated = random.nextInt(5) == 0;
            ended[i] = terminated || random.nextInt(5) == 0;
            discounts[i] = terminated ? 0 : discount;
            nextValues[i] = ended[i] || isLast(i) ? random.nextDouble(-1, 1) : values[i + ENVIRONMENTS];
        }
        compute(rewards, values, lambda);
        for (int i = 0; i < SIZE; i++) {
            double expected = byDefinition(i, rewards, values[i], lambda, discount);
            assertThat(advantages[i]).as("seed 21, row %d", i).isCloseTo(expected, within(1e-12));
            assertThat(returns[i]).isCloseTo(expected + values[i], within(1e-12));
        }
    }

    @Test
    void aConstantRewardWithAPerfectCriticHasNoAdvantageEvenWhereEpisodesAreCut() {
        double[] rewards = new double[SIZE];
        double[] values = new double[SIZE];
        for (int i = 0; i < SIZE; i++) {
            rewards[i] = 1;
            values[i] = 10;
            nextValues[i] = 10;
            discounts[i] = 0.9;
            ended[i] = i % 7 == 0;
        }
        compute(rewards, values, 0.95);
        assertThat(advantages).containsExactly(new double[SIZE], within(1e-12));
        assertThat(returns).containsExactly(values, within(1e-12));
    }

    private void compute(double[] rewards, double[] values, double lambda) {
        GeneralizedAdvantage.compute(
                STEPS, ENVIRONMENTS, rewards, values, nextValues, discounts, ended, lambda, advantages, returns);
    }

    private double byDefinition(int row, double[] rewards, double value, double lambda, double discount) {
        double advantage = 0;
        double weightLeft = 1;
        double rewardSum = 0;
        double factor = 1;
        for (int i = row; ; i += ENVIRONMENTS) {
            rewardSum += factor * rewards[i];
            double multiStep = rewardSum + factor * discounts[i] * nextValues[i] - value;
            if (ended[i] || isLast(i)) {
                return advantage + weightLeft * multiStep;
            }
            advantage += (1 - lambda) * weightLeft * multiStep;
            weightLeft *= lambda;
            factor *= discount;
        }
    }

    private static boolean isLast(int row) {
        return row + ENVIRONMENTS >= SIZE;
    }
}
