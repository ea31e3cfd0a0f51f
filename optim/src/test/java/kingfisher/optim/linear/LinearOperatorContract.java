package kingfisher.optim.linear;

import static kingfisher.optim.linear.Dense.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import kingfisher.optim.Allocations;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;

/** What every operator must do; an operator inherits these tests by creating one and its matrix by plain loops. */
abstract class LinearOperatorContract {
    static final long SEED = 20261125;
    private static final String WHERE = "seed " + SEED;
    private static final double ROUNDING = 1e-13;

    final UniformRandomProvider random = Dense.random(SEED);
    private final LinearOperator operator = create();
    private final int size = operator.size();

    abstract LinearOperator create();

    /** The matrix of the operator that {@link #create} has made. */
    abstract double[] matrix();

    boolean isSelfAdjoint() {
        return true;
    }

    @Test
    final void itsDenseFormIsTheMatrixOfItsDefinition() {
        assertClose(WHERE, operator.toDense(), matrix(), ROUNDING);
    }

    @Test
    final void productsAreThoseOfTheDenseForm() {
        double[] vector = Dense.uniform(size, random);
        assertClose(WHERE, Dense.apply(operator, vector), Dense.times(operator.toDense(), vector), ROUNDING);
    }

    @Test
    final void itIsLinear() {
        double[] x = Dense.uniform(size, random);
        double[] y = Dense.uniform(size, random);
        double[] together = Dense.apply(operator, Dense.add(Dense.scale(-2.5, x), y));
        double[] apart = Dense.add(Dense.scale(-2.5, Dense.apply(operator, x)), Dense.apply(operator, y));
        assertClose(WHERE, together, apart, ROUNDING);
        assertClose(WHERE, Dense.apply(operator, new double[size]), new double[size], 0);
    }

    @Test
    final void itIsSelfAdjointExactlyIfItSaysSo() {
        double[] x = Dense.uniform(size, random);
        double[] y = Dense.uniform(size, random);
        double[] product = Dense.apply(operator, y);
        double difference = Dense.dot(x, product) - Dense.dot(Dense.apply(operator, x), y);
        double bound = 1e-12 * Dense.norm(x) * Dense.norm(product);
        assertThat(Math.abs(difference) <= bound).as(WHERE).isEqualTo(isSelfAdjoint());
    }

    @Test
    final void theVectorStaysAndTheProductIsOverwritten() {
        double[] vector = Dense.uniform(size, random);
        double[] copy = vector.clone();
        double[] product = new double[size];
        Arrays.fill(product, Double.NaN);
        operator.apply(vector, product);
        assertThat(vector).isEqualTo(copy);
        assertThat(product).isEqualTo(Dense.apply(operator, vector));
    }

    @Test
    final void wrongLengthsAreRefusedWithBothNumbers() {
        assertThatThrownBy(() -> operator.apply(new double[size + 1], new double[size]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("vector: expected %d numbers, found %d", size, size + 1);
        assertThatThrownBy(() -> operator.apply(new double[size], new double[size - 1]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("product: expected %d numbers, found %d", size, size - 1);
    }

    @Test
    final void oneArrayForBothIsRefused() {
        double[] both = new double[size];
        assertThatThrownBy(() -> operator.apply(both, both))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("vector and product: expected two arrays, found one");
    }

    @Test
    final void productsAllocateNothing() {
        double[] vector = Dense.uniform(size, random);
        double[] product = new double[size];
        assertThat(Allocations.during(1000, () -> operator.apply(vector, product)))
                .isZero();
    }
}
