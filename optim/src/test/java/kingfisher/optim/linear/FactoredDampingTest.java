package kingfisher.optim.linear;

import static kingfisher.optim.linear.Dense.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The split of λ between two factors, equation (24), and its guards. */
class FactoredDampingTest {

    private static DenseOperator diagonal(double... values) {
        return new DenseOperator(values.length, Dense.diagonal(values));
    }

    @Test
    void piIsTheRootOfTheQuotientOfMeanDiagonals() {
        assertThat(FactoredDamping.balance(diagonal(6, 10), diagonal(1, 2, 3))).isEqualTo(2);
        FactoredDamping damping =
                FactoredDamping.split(0.09, new KroneckerOperator(diagonal(6, 10), diagonal(1, 2, 3)));
        assertThat(damping.left()).isCloseTo(0.6, within(1e-15));
        assertThat(damping.right()).isCloseTo(0.15, within(1e-15));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -3, Double.NaN, Double.POSITIVE_INFINITY})
    void aTraceThatIsNotPositiveAndFiniteLeavesTheSplitEven(double value) {
        assertThat(FactoredDamping.balance(diagonal(value, 0), diagonal(1, 2))).isEqualTo(1);
        assertThat(FactoredDamping.balance(diagonal(1, 2), diagonal(value, 0))).isEqualTo(1);
        KroneckerOperator single = new KroneckerOperator(diagonal(value), diagonal(1, 2));
        assertThat(FactoredDamping.split(4, single)).isEqualTo(new FactoredDamping(2, 2));
    }

    /** A number a as factor: {@code a(S + λ/a I) = aS + λI}, exact damping. */
    @Test
    void aFactorOfOneRowGetsNothingAndTheOtherOneAll() {
        KroneckerOperator left = new KroneckerOperator(diagonal(5), diagonal(1, 2));
        assertThat(FactoredDamping.split(0.1, left)).isEqualTo(new FactoredDamping(0, 0.02));
        KroneckerOperator right = new KroneckerOperator(diagonal(1, 2), diagonal(5));
        assertThat(FactoredDamping.split(0.1, right)).isEqualTo(new FactoredDamping(0.02, 0));
        double[] gradient = {1, -2};
        double[] step = Dense.apply(
                FactoredInverse.of(left, FactoredDamping.split(0.1, left)).orElseThrow(), gradient);
        assertClose("step", step, new double[] {1 / 5.1, -2 / 10.1}, 1e-15);
        KroneckerOperator both = new KroneckerOperator(diagonal(5), diagonal(3));
        double[] single = Dense.apply(
                FactoredInverse.of(both, FactoredDamping.split(0.1, both)).orElseThrow(), new double[] {1});
        assertClose("single", single, new double[] {1 / 15.1}, 1e-15);
    }

    @ParameterizedTest
    @CsvSource({"1e-30, 1e30", "1e30, 1e-30", "1e30, 1e30", "1e-30, 1e-30", "1e-300, 1e300", "1e300, 1e-300"})
    void extremeScalesNeitherOverflowNorVanish(double left, double right) {
        DenseOperator a = diagonal(left, 3 * left);
        DenseOperator s = diagonal(right, right, 4 * right);
        double pi = FactoredDamping.balance(a, s);
        assertThat(pi).isCloseTo(Math.sqrt(left) / Math.sqrt(right), within(1e-14 * pi));
        FactoredDamping damping = FactoredDamping.split(1e-2, new KroneckerOperator(a, s));
        assertThat(damping.left()).isPositive().isFinite();
        assertThat(damping.right()).isPositive().isFinite();
        double relative = damping.left() / left;
        assertThat(relative).isCloseTo(0.1 / Math.sqrt(left) / Math.sqrt(right), within(1e-14 * relative));
    }

    @Test
    void noDampingAddsNothing() {
        KroneckerOperator curvature = new KroneckerOperator(diagonal(1, 2), diagonal(3, 4));
        assertThat(FactoredDamping.split(0, curvature)).isEqualTo(FactoredDamping.NONE);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1e-9, Double.NaN, Double.POSITIVE_INFINITY})
    void dampingThatIsNoneIsRefusedWithItsValue(double lambda) {
        KroneckerOperator curvature = new KroneckerOperator(diagonal(1, 2), diagonal(3, 4));
        assertThatThrownBy(() -> FactoredDamping.split(lambda, curvature))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("lambda must be at least 0 and finite: " + lambda);
    }
}
