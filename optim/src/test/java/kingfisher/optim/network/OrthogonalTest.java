package kingfisher.optim.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OrthogonalTest {

    @ParameterizedTest
    @CsvSource({"1,1", "4,64", "64,64", "64,1", "3,300", "100,7"})
    void theFewerOfRowsAndColumnsAreOrthogonalWithTheGainAsNorm(int rows, int columns) {
        double gain = Math.sqrt(2);
        double[] matrix = Orthogonal.matrix(rows, columns, gain, RandomSource.L64_X128_MIX.create(5L));
        boolean tall = rows >= columns;
        int count = Math.min(rows, columns);
        for (int i = 0; i < count; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = 0;
                for (int k = 0; k < Math.max(rows, columns); k++) {
                    sum += tall
                            ? matrix[k * columns + i] * matrix[k * columns + j]
                            : matrix[i * columns + k] * matrix[j * columns + k];
                }
                assertThat(sum).as("vectors %d and %d", i, j).isCloseTo(i == j ? 2 : 0, within(1e-12));
            }
        }
    }
}
