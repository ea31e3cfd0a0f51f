package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.linear.Dense;
import kingfisher.optim.linear.FactoredDamping;
import kingfisher.optim.oracle.DoubleBackend;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class InversePreconditionerTest {

    private static final long SEED = 20261126;
    private static final double DAMPING = 0.3;

    private final Backend oracle = DoubleBackend.create();
    private final UniformRandomProvider random = Dense.random(SEED);

    /** The parts' rows together are the whole: multiplied by the damped factors they give the gradient again. */
    @ParameterizedTest
    @CsvSource({"255,7,1", "257,7,2", "300,31,2", "513,5,4"})
    void partsTogetherAreTheProduct(int rows, int columns, int parts) {
        InversePreconditioner preconditioner = new InversePreconditioner(oracle, rows, columns, false, false);
        double[] a = Dense.covariance(rows, 2 * rows, random);
        double[] s = Dense.covariance(columns, 2 * columns, random);
        preconditioner.load(
                preconditioner.decompose(new double[][] {a, s}, DAMPING).orElseThrow());
        double[] gradient = Dense.uniform(rows * columns, random);
        Matrix operand = oracle.allocate(rows, columns);
        oracle.upload(gradient, operand);
        // two results, for a part keeps its view of the last one
        for (Matrix result : new Matrix[] {oracle.allocate(rows, columns), oracle.allocate(rows, columns)}) {
            oracle.fill(result, Double.NaN);
            assertThat(preconditioner.parts()).isEqualTo(oracle.isParallel() ? 1 : parts);
            for (int part = preconditioner.parts() - 1; part >= 0; part--) {
                preconditioner.applyPart(part, operand, DAMPING, result);
            }
            double[] product = new double[rows * columns];
            oracle.download(result, product);
            FactoredDamping split = FactoredDamping.split(DAMPING, rows, trace(rows, a), columns, trace(columns, s));
            double[] again = Dense.multiply(
                    rows,
                    columns,
                    columns,
                    Dense.multiply(rows, rows, columns, damped(rows, a, split.left()), product),
                    damped(columns, s, split.right()));
            Dense.assertClose("seed " + SEED, again, gradient, 1e-11);
        }
    }

    @Test
    void diagonalsAreNotCut() {
        assertThat(new InversePreconditioner(oracle, 600, 7, true, false).parts())
                .isEqualTo(1);
        assertThat(new InversePreconditioner(oracle, 600, 7, false, true).parts())
                .isEqualTo(1);
    }

    private static double trace(int size, double[] matrix) {
        return IntStream.range(0, size).mapToDouble(i -> matrix[i * size + i]).sum();
    }

    private static double[] damped(int size, double[] factor, double damping) {
        return Dense.add(factor, Dense.scale(damping, Dense.identity(size)));
    }
}
