package kingfisher.optim.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Dense operators, and operators made of others. */
class ComposedOperatorsTest {

    private static final double[] FIRST = {2, 1, 0.5, 1, 3, -1, 0.5, -1, 4};
    private static final double[] SECOND = {5, -2, 1, 0, 1, 1, 2, 2, 2};
    private static final LinearOperator C = new DenseOperator(3, FIRST);
    private static final LinearOperator D = new DenseOperator(3, SECOND);

    @Nested
    class ADenseOperator extends LinearOperatorContract {
        @Override
        LinearOperator create() {
            return D;
        }

        @Override
        double[] matrix() {
            return SECOND;
        }

        @Override
        boolean isSelfAdjoint() {
            return false;
        }
    }

    @Nested
    class ASum extends LinearOperatorContract {
        @Override
        LinearOperator create() {
            return new SumOperator(C, D);
        }

        @Override
        double[] matrix() {
            return Dense.add(FIRST, SECOND);
        }

        @Override
        boolean isSelfAdjoint() {
            return false;
        }
    }

    @Nested
    class AScaledOperator extends LinearOperatorContract {
        @Override
        LinearOperator create() {
            return new ScaledOperator(C, -0.25);
        }

        @Override
        double[] matrix() {
            return Dense.scale(-0.25, FIRST);
        }
    }

    @Nested
    class ADampedOperator extends LinearOperatorContract {
        @Override
        LinearOperator create() {
            return new DampedOperator(C, 0.125);
        }

        @Override
        double[] matrix() {
            return Dense.add(FIRST, Dense.scale(0.125, Dense.identity(3)));
        }
    }

    @Nested
    class ABlockDiagonalOperator extends LinearOperatorContract {
        @Override
        LinearOperator create() {
            return new BlockDiagonalOperator(
                    List.of(C, new DenseOperator(1, new double[] {7}), new DampedOperator(C, 1)));
        }

        @Override
        double[] matrix() {
            return new double[] {
                2, 1, 0.5, 0, 0, 0, 0, //
                1, 3, -1, 0, 0, 0, 0, //
                0.5, -1, 4, 0, 0, 0, 0, //
                0, 0, 0, 7, 0, 0, 0, //
                0, 0, 0, 0, 3, 1, 0.5, //
                0, 0, 0, 0, 1, 4, -1, //
                0, 0, 0, 0, 0.5, -1, 5
            };
        }
    }

    @Test
    void aDenseOperatorKeepsACopy() {
        double[] matrix = FIRST.clone();
        DenseOperator operator = new DenseOperator(3, matrix);
        matrix[0] = 99;
        operator.toDense()[1] = 99;
        assertThat(operator.toDense()).isEqualTo(FIRST);
    }

    @Test
    void matricesThatAreNotSquareOrEmptyAreRefusedWithBothNumbers() {
        assertThatThrownBy(() -> new DenseOperator(3, new double[8]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("matrix: expected 9 numbers (3 × 3), found 8");
        assertThatThrownBy(() -> new DenseOperator(0, new double[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("matrix: expected at least one row and column, found 0 × 0");
        assertThatThrownBy(() -> new BlockDiagonalOperator(List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("blocks: expected at least 1, found 0");
    }

    @Test
    void aSumOfDifferentSizesIsRefusedWithBothSizes() {
        LinearOperator small = new DenseOperator(2, new double[4]);
        assertThatThrownBy(() -> new SumOperator(C, small))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("second operator: expected size 3, found 2");
    }

    @Test
    void whatIsTooLargeIsNotWrittenOut() {
        LinearOperator large = new ScaledOperator(
                new KroneckerOperator(
                        new DenseOperator(64, new double[64 * 64]), new DenseOperator(65, new double[65 * 65])),
                1);
        assertThatThrownBy(large::toDense)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("dense form: expected at most 4096 rows, found 4160");
    }
}
