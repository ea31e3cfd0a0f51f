package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.linear.Dense;
import kingfisher.optim.network.ParameterLayout;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.oracle.DoubleBackend;
import kingfisher.optim.parallel.Workers;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ParallelSumTest {

    private static final long SEED = 20261127;

    private final Backend oracle = DoubleBackend.create();
    private final UniformRandomProvider random = Dense.random(SEED);

    /** Sizes without a cut, with pieces of one length and of several. */
    @ParameterizedTest
    @ValueSource(ints = {1, 16_383, 16_384, 32_768, 32_769, 100_003})
    void itIsTheSumWithTheSameBitsForAnyNumberOfThreads(int size) {
        ParameterLayout.Builder layout = ParameterLayout.builder();
        layout.add("w", 1, size);
        ParameterVector x = new ParameterVector(oracle, layout.build());
        ParameterVector y = x.zerosLike();
        double[] left = Dense.uniform(size, random);
        double[] right = Dense.uniform(size, random);
        double expected = Dense.dot(left, right);
        double first = Double.NaN;
        for (int threads = 1; threads <= 3; threads++) {
            try (Workers workers = new Workers(threads)) {
                Matrix[] xs = ParallelSum.pieces(x);
                Matrix[] ys = ParallelSum.pieces(y);
                ParallelSum dot = new ParallelSum(xs.length, i -> oracle.dot(xs[i], ys[i]), workers);
                oracle.upload(left, x.values());
                oracle.upload(right, y.values());
                double sum = dot.compute();
                assertThat(sum).as("%d threads, seed %d", threads, SEED).isCloseTo(expected, within(1e-12 * size));
                assertThat(sum).isEqualTo(threads == 1 ? sum : first);
                first = sum;
                oracle.fill(x.values(), 0);
                assertThat(dot.compute()).as("what the vectors hold now").isZero();
            }
        }
    }
}
