package kingfisher.agents.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;

class RunningMomentsTest {

    @Test
    void batchesGiveTheMomentsOfAllRowsTogether() {
        double[] all =
                RandomSource.L64_X128_MIX.create(3L).doubles(2 * 60, 95, 105).toArray();
        RunningMoments moments = new RunningMoments(2);
        int done = 0;
        for (int rows : new int[] {1, 8, 20, 31}) {
            double[] batch = new double[rows * 2];
            System.arraycopy(all, done * 2, batch, 0, batch.length);
            moments.update(batch, rows);
            done += rows;
        }
        for (int column = 0; column < 2; column++) {
            double weight = 1e-4;
            double sum = 0;
            double squares = weight; // the prior: a ten-thousandth of an observation of mean 0 and variance 1
            for (int row = 0; row < 60; row++) {
                sum += all[row * 2 + column];
                squares += all[row * 2 + column] * all[row * 2 + column];
            }
            double mean = sum / (60 + weight);
            assertThat(moments.mean()[column]).isCloseTo(mean, within(1e-9));
            assertThat(moments.variance()[column]).isCloseTo(squares / (60 + weight) - mean * mean, within(1e-8));
        }
        assertThat(moments.count()).isCloseTo(60.0001, within(1e-9));
    }

    @Test
    void restoredMomentsContinueWithTheSameBits() {
        RunningMoments whole = new RunningMoments(1);
        RunningMoments first = new RunningMoments(1);
        whole.update(new double[] {1, 2, 4}, 3);
        whole.update(new double[] {3, -7}, 2);
        first.update(new double[] {1, 2, 4}, 3);
        RunningMoments second = new RunningMoments(1);
        second.restore(first.mean(), first.variance(), first.count());
        second.update(new double[] {3, -7}, 2);
        assertThat(second.mean()).isEqualTo(whole.mean());
        assertThat(second.variance()).isEqualTo(whole.variance());
    }
}
