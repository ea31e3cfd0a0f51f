package kingfisher.optim.linear;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class DiagonalOperatorTest extends LinearOperatorContract {

    @Override
    LinearOperator create() {
        return new DiagonalOperator(new double[] {3, -1, 0, 2.5});
    }

    @Override
    double[] matrix() {
        return Dense.diagonal(3, -1, 0, 2.5);
    }

    @Test
    void itHasAnElement() {
        assertThatThrownBy(() -> new DiagonalOperator(new double[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("diagonal: expected at least one row and column, found 1 × 0");
    }
}
